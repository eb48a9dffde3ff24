"""SQLite that knows the open act."""
