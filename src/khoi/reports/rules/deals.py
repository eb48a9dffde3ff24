"""Deals as they stood on a day, and what changed between two days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

OPEN, WON, LOST = "open", "won", "lost"

#: Why the sum of open deals changed. The first five come in or grow, the others go out.
CAUSES: Final = ("new", "reopened", "pulled_in", "grew", "shrank", "slipped", "lost", "won", "removed")


@dataclass(frozen=True, slots=True)
class Deal:
    """``amount`` in minor units, 0 when not stated; ``kind`` of the stage it stands in."""

    id: int
    stage: int
    kind: str
    amount: int
    currency: str
    close_on: date | None
    owner: int | None
    lead: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """What one deal added to (or took from) the sum for one cause."""

    deal: int
    cause: str
    amount: int


@dataclass(frozen=True, slots=True)
class Bar:
    """All changes of one cause: how many deals, their sum (signed), and the one that weighs most."""

    cause: str
    count: int
    amount: int
    largest: int


@dataclass(frozen=True, slots=True)
class Waterfall:
    """``before`` and ``after``: the sums of open deals; the bars lead from the one to the other."""

    currency: str
    before: int
    after: int
    before_count: int
    after_count: int
    bars: tuple[Bar, ...]
    changes: tuple[Change, ...]


def waterfall(
    before: Mapping[int, Deal], after: Mapping[int, Deal], *, currency: str, due_before: date | None = None
) -> Waterfall:
    """How the open deals of one currency came from the one day to the other.

    With ``due_before`` only deals expected to close before that day count (and those without a date): then a deal
    whose date moved past it has slipped, and one whose date moved before it was pulled in.
    """

    def counts(deal: Deal | None) -> bool:
        return deal is not None and deal.kind == OPEN and deal.currency == currency and _due(deal, due_before)

    changes = [
        change
        for pk in sorted(before.keys() | after.keys())
        for change in _changes(before.get(pk), after.get(pk), counts(before.get(pk)), counts(after.get(pk)), currency)
    ]
    here = [deal.amount for deal in before.values() if counts(deal)]
    there = [deal.amount for deal in after.values() if counts(deal)]
    return Waterfall(currency, sum(here), sum(there), len(here), len(there), _bars(changes), tuple(changes))


def _due(deal: Deal, due_before: date | None) -> bool:
    return due_before is None or deal.close_on is None or deal.close_on < due_before


def _changes(was: Deal | None, stands: Deal | None, counted: bool, counts: bool, currency: str) -> list[Change]:
    """A deal first comes in, then changes its amount, then leaves: so each step shows, and together they add up."""
    if was is not None and counted:
        return _left(was, stands, counts)
    if stands is None or stands.currency != currency or not (counts or _ended_between(was, stands)):
        return []
    cause = "new" if was is None else "pulled_in" if was.kind == OPEN else "reopened"
    entered = Change(stands.id, cause, stands.amount)
    return [entered] if counts else [entered, Change(stands.id, stands.kind, -stands.amount)]


def _ended_between(was: Deal | None, stands: Deal) -> bool:
    """It came and was won or lost within the two days: it shows as both."""
    return was is None and stands.kind != OPEN


def _left(was: Deal, stands: Deal | None, counts: bool) -> list[Change]:
    if stands is None or stands.currency != was.currency:
        return [Change(was.id, "removed", -was.amount)]
    found = []
    if (difference := stands.amount - was.amount) != 0:
        found.append(Change(was.id, "grew" if difference > 0 else "shrank", difference))
    if not counts:
        found.append(Change(was.id, "slipped" if stands.kind == OPEN else stands.kind, -stands.amount))
    return found


def _bars(changes: Iterable[Change]) -> tuple[Bar, ...]:
    found = []
    for cause in CAUSES:
        mine = [change for change in changes if change.cause == cause]
        if mine:
            largest = max(mine, key=lambda change: abs(change.amount)).deal
            found.append(Bar(cause, len(mine), sum(change.amount for change in mine), largest))
    return tuple(found)
