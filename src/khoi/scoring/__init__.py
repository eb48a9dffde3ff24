"""Scorecards: points with reasons, fading; the ICP grade."""
