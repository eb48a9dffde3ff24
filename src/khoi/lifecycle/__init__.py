"""The journey in order, and the verbs that cross rooms."""
