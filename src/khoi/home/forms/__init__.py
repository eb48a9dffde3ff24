"""What may be typed on the pages of the working day."""
