"""What counts as speaking of a person, and when tables are rewritten."""
