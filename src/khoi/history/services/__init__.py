"""Opening an act, sealing it, taking it back, and checking that nobody else wrote.

``act`` is the door of every write; rooms call ``history.act(...)``.
"""

from khoi.history.services.acting import AlreadyDone, Touched, about, act, current_act, settled, touched, turn
from khoi.history.services.answering import Answered, KeyReused, answer_once, forget_answers
from khoi.history.services.claiming import Stale, claim_version, claim_whole
from khoi.history.services.joining import flags_of, join_rows
from khoi.history.services.restoring import take_out
from khoi.history.services.shaping import SHAPE, is_in_shape, note_shape, shape, shape_once_replaced
from khoi.history.services.undoing import Lenience, Refused, Undone, undo_act
from khoi.history.services.verifying import Anchor, Verified, anchor, verify

__all__ = [
    "SHAPE",
    "AlreadyDone",
    "Anchor",
    "Answered",
    "KeyReused",
    "Lenience",
    "Refused",
    "Stale",
    "Touched",
    "Undone",
    "Verified",
    "about",
    "act",
    "anchor",
    "answer_once",
    "claim_version",
    "claim_whole",
    "current_act",
    "flags_of",
    "forget_answers",
    "is_in_shape",
    "join_rows",
    "note_shape",
    "settled",
    "shape",
    "shape_once_replaced",
    "take_out",
    "touched",
    "turn",
    "undo_act",
    "verify",
]
