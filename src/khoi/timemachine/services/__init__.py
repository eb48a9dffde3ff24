"""Taking acts back, and looking at an earlier day, for somebody with rights."""

from khoi.timemachine.services.looking_back import ScoreThen, looking_back, score_then
from khoi.timemachine.services.undoing import undo

__all__ = ["ScoreThen", "looking_back", "score_then", "undo"]
