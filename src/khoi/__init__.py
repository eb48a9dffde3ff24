"""Khơi: a self-hosted CRM that takes a person from the first sign of interest to a closed deal."""

__version__ = "0.1.0"
