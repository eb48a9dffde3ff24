"""Taking acts back, and looking at an earlier day, for somebody with rights."""

from khoi.timemachine.services.looking_back import looking_back, looking_back_at
from khoi.timemachine.services.undoing import undo

__all__ = ["looking_back", "looking_back_at", "undo"]
