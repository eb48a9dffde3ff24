"""Touchpoint: what a person did or met with."""
