"""The journey's verbs that cross rooms, and the one hook that settles what every act leaves behind."""

from khoi.lifecycle.services.settling import settle

__all__ = ["settle"]
