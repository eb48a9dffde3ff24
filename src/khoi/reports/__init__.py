"""Funnel, sources, pipeline."""
