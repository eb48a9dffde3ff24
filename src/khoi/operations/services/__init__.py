"""Backup, restore, upgrade, and the diary of the jobs."""

from khoi.operations.services.archiving import Damaged, NoFolder, NotABackup
from khoi.operations.services.backing_up import BackedUp, back_up
from khoi.operations.services.diary import DatabaseDiary, note_check
from khoi.operations.services.engines import ToolFailed
from khoi.operations.services.restoring import NotEmpty, NotHere, Restored, Unproven, restore
from khoi.operations.services.upgrading import TooNew, upgrade_database

__all__ = [
    "BackedUp",
    "Damaged",
    "DatabaseDiary",
    "NoFolder",
    "NotABackup",
    "NotEmpty",
    "NotHere",
    "Restored",
    "TooNew",
    "ToolFailed",
    "Unproven",
    "back_up",
    "note_check",
    "restore",
    "upgrade_database",
]
