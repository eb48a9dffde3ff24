"""Opening an act, sealing it, taking it back, and checking that nobody else wrote.

``act`` is the door of every write; rooms call ``history.act(...)``.
"""

from khoi.history.services.acting import AlreadyDone, act, current_act
from khoi.history.services.undoing import Refused, undo_act
from khoi.history.services.verifying import Verified, verify

__all__ = ["AlreadyDone", "Refused", "Verified", "act", "current_act", "undo_act", "verify"]
