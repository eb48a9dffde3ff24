"""Points for who somebody is and for what they do, the latter fading."""

from khoi.scoring.rules.cards import Axis, CardError, Rule, Scorecard, parse_card
from khoi.scoring.rules.fading import DAY, add, bound, crossing, earned, instant, lasts_until, value, whole
from khoi.scoring.rules.scoring import Line, Score, Touch, score

__all__ = [
    "DAY",
    "Axis",
    "CardError",
    "Line",
    "Rule",
    "Score",
    "Scorecard",
    "Touch",
    "add",
    "bound",
    "crossing",
    "earned",
    "instant",
    "lasts_until",
    "parse_card",
    "score",
    "value",
    "whole",
]
