"""PostgreSQL that knows the open act."""
