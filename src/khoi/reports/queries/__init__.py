"""The reports, each answered by one function."""
