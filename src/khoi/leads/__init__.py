"""Lead: one expression of interest by a person, and its BANT facts."""
