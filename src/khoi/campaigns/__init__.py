"""Source, channel and campaign, and what each of them costs."""
