"""What makes two entries one person."""
