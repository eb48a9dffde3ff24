"""What is known of leads, gathered over the rooms."""
