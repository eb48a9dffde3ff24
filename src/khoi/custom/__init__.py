"""The fields a workspace adds to its records: what they are, what stands in them, who filled in what."""
