"""What a rep should do first."""
