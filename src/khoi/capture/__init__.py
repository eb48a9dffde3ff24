"""The doors in: forms, quick add, imports."""
