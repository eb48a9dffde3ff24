"""Whose turn is it? Every lead gets one owner, each rep their share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

__all__ = ["Candidate", "Choice", "NobodyToChoose", "Place", "choose"]


class NobodyToChoose(ValueError):
    """There is no candidate at all: the rule has no shares, and somebody must be told."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One rep's part in a rule.

    `weight`: leads out of the sum of weights, 0 for none in turn. `assigned`: leads got from the rule since all its
    shares began. `open_leads` against `capacity` (None: no limit). `away`: the instant they are back, None when here.
    """

    user_id: int
    weight: int
    assigned: int
    open_leads: int
    capacity: int | None = None
    away: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A candidate as the choice saw them. `state`: in_turn, away, full, no_weight."""

    user_id: int
    state: str
    weight: int
    assigned: int
    open_leads: int
    capacity: int | None


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets it. `order` has everybody, whose turn is next first.

    `reason`: their_turn (the round among those free), only_one_free, least_loaded_all_full (nobody has room: the fewest
    open leads), least_loaded_all_away (nobody is here either).
    """

    user_id: int
    reason: str
    order: tuple[Place, ...]


def choose(candidates: Iterable[Candidate], now: datetime) -> Choice:
    """The candidate to get the next lead at the instant `now` (aware). Raises NobodyToChoose for no candidates.

    Among those here, with room and weight, the one with the smallest (assigned + 1) / weight, passing over who would
    get ahead of their quota; ties go to the smaller id. That is the quota method (Balinski and Young, American
    Mathematical Monthly 82, 1975): after n leads each has their quota, n × weight / weights, rounded down or up,
    whatever the weights, which the plain smallest ratio does not promise. When nobody is free the least loaded one here
    gets it, and when nobody is here, the least loaded of all.
    """
    everyone = sorted(candidates, key=lambda one: one.user_id)
    if not everyone:
        raise NobodyToChoose
    free = [one for one in everyone if _state(one, now) == "in_turn"]
    order = _turns(free) + sorted((one for one in everyone if one not in free), key=lambda one: _load(one, now))
    return Choice(order[0].user_id, _reason(free, order[0], now), tuple(_place(one, now) for one in order))


def _turns(free: Sequence[Candidate]) -> list[Candidate]:
    """Those whose quota is not yet used up first, each group by who waited longest for their share."""
    leads = sum(one.assigned for one in free) + 1
    weights = sum(one.weight for one in free)
    return sorted(free, key=lambda one: (one.assigned * weights >= leads * one.weight, *_wait(one)))


def _wait(one: Candidate) -> tuple[Fraction, int]:
    return Fraction(one.assigned + 1, one.weight), one.user_id


def _load(one: Candidate, now: datetime) -> tuple[bool, Fraction, int]:
    """Who is here comes before who is away; then the fewest open leads for their weight."""
    return _is_away(one, now), Fraction(one.open_leads, max(one.weight, 1)), one.user_id


def _state(one: Candidate, now: datetime) -> str:
    if one.weight <= 0:
        return "no_weight"
    if _is_away(one, now):
        return "away"
    return "full" if one.capacity is not None and one.open_leads >= one.capacity else "in_turn"


def _is_away(one: Candidate, now: datetime) -> bool:
    return one.away is not None and now < one.away


def _reason(free: Sequence[Candidate], chosen: Candidate, now: datetime) -> str:
    if free:
        return "their_turn" if len(free) > 1 else "only_one_free"
    return "least_loaded_all_away" if _is_away(chosen, now) else "least_loaded_all_full"


def _place(one: Candidate, now: datetime) -> Place:
    return Place(one.user_id, _state(one, now), one.weight, one.assigned, one.open_leads, one.capacity)
