"""Opportunities moving through stages with gates."""
