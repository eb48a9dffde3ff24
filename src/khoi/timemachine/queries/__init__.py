"""What the pages of history show, and the canonical dump."""
