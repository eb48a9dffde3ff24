"""Reading the past: one row's life, whole tables as of a moment, and what an act touched."""
