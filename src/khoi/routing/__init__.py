"""Exactly one owner for each lead, and the response clock."""
