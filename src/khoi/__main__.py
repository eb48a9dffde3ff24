"""``python -m khoi`` is the same as the ``khoi`` command."""

from khoi.cli import main

raise SystemExit(main())
