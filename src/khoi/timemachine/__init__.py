"""History, undo, as-of: screens and routes."""
