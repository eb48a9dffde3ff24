"""The order of the work queue: what waiting would cost most comes first, and each lead stands in it once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

__all__ = ["BANDS", "REASONS", "Call", "Place", "arrange"]

#: Reasons from the most to the least pressing → how far it can wait.
REASONS: Final = {
    "late": "hour",  # the promised time of a first answer has passed
    "soon": "hour",  # it runs out within the promised minutes
    "replied": "hour",  # they answered us, we have not
    "overdue": "hour",  # a task whose hour has passed
    "due": "today",  # a task due today
    "waiting": "today",  # the clock runs, with time left
    "hot": "today",  # hot, and nothing planned
    "returned": "today",  # the day on which a recycled lead comes back
    "one_short": "today",  # one fact is missing for SQL
    "still": "later",  # a deal that stands still
    "cooling": "later",  # engagement fell under the mark, and nobody got in touch
}
BANDS: Final = ("hour", "today", "later")


@dataclass(frozen=True, slots=True)
class Call:
    """One reason to get in touch. ``subject``: what it is about, as (kind, id); ``pressing``: smaller comes first
    among calls of one reason (a moment, or the score below zero)."""

    subject: tuple[str, int]
    reason: str
    pressing: float


@dataclass(frozen=True, slots=True)
class Place:
    """A call in its band; ``also``: the other reasons for the same subject, in order."""

    call: Call
    band: str
    also: tuple[str, ...]


def arrange(calls: Iterable[Call]) -> list[Place]:
    """Every subject once, for its most pressing reason. Raises KeyError for a reason that is none."""
    ranks = {reason: rank for rank, reason in enumerate(REASONS)}
    ordered = sorted(calls, key=lambda call: (ranks[call.reason], call.pressing, call.subject))
    firsts: dict[tuple[str, int], Call] = {}
    others: dict[tuple[str, int], list[str]] = {}
    for call in ordered:
        if firsts.setdefault(call.subject, call) is not call:
            others.setdefault(call.subject, []).append(call.reason)
    places = [
        Place(call, REASONS[call.reason], tuple(dict.fromkeys(others.get(call.subject, ()))))
        for call in firsts.values()
    ]
    return sorted(places, key=lambda place: BANDS.index(place.band))
