"""What becomes of a person's data when they ask, or when its purpose has ended."""
