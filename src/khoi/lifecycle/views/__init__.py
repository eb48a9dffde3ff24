"""Pages of the journey's verbs that cross rooms."""
