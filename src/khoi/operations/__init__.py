"""Backup, restore, health, recompute."""
