"""Act and Change: who did what, when, and what stood there before."""
