"""What the pages of the working day show, gathered over the rooms."""
