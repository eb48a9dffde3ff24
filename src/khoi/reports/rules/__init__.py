"""What the figures of the reports mean: pure counting, so that each can be checked by hand."""
