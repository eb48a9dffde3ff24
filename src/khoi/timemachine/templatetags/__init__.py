"""Words for the pages of history."""
