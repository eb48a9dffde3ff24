"""Erasing a person everywhere, and keeping it so after a restore."""

from khoi.privacy.services.erasing import ERASING, REASONS, Erased, erase_person
from khoi.privacy.services.listing import note_erasures, replay_erasures
from khoi.privacy.services.sweeping import quiet_now, sweep, unswept

__all__ = [
    "ERASING",
    "REASONS",
    "Erased",
    "erase_person",
    "note_erasures",
    "quiet_now",
    "replay_erasures",
    "sweep",
    "unswept",
]
