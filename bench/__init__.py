"""How long things take with a great deal of data. Each file runs by itself: ``python -m bench.<name>``."""
