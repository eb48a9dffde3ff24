"""Record pages, work queue, search, palette."""
