"""What came in through the doors."""
