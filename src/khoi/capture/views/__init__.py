"""Pages of the doors in."""
