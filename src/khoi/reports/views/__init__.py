"""Pages of the reports: read only, and every figure leads to its records."""
