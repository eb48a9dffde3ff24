"""Pure parts of the doors in."""
