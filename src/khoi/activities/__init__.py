"""Tasks to do, and calls, meetings, notes that were done."""
