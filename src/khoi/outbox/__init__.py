"""Transactional mail: rows that are sent once, and held when in doubt."""
