"""The score of one lead: fit, engagement, grade, and the line behind every point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import exp2
from typing import Final
from zoneinfo import ZoneInfo

from khoi.kit.conditions import holds
from khoi.scoring.rules.cards import Axis, Rule, Scorecard
from khoi.scoring.rules.fading import DUST, add, earned, instant, lasts_until, value, whole

__all__ = ["Line", "Score", "Touch", "score"]

_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Touch:
    """Something the person did, at `occurred_at` (µs UTC). `facts` are what conditions over touches may ask."""

    id: int
    kind: str
    occurred_at: int
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the account of a score.

    `points_then` when earned, after the cap; `points_now` after fading; `capped_from`: what the rule gives when the cap
    cut it, else None. `evidence`: `{"touch": id, "kind": kind}`, for fit the fields the rule looked at with their
    values. `occurred_at` (µs UTC) is None for fit.
    """

    rule: str
    axis: Axis
    points_then: float
    points_now: float
    capped_from: int | None
    evidence: Mapping[str, object]
    occurred_at: int | None


@dataclass(frozen=True, slots=True)
class Score:
    """`raised` and `lowered` hold the positive and the negative engagement, `lasts_until` their difference.

    `lasts_until` is None when that is not above 0. `engagement` in whole points at the instant asked about; `grade`
    follows from `fit_points`; the lines add up to both.
    """

    raised: int | None
    lowered: int | None
    lasts_until: int | None
    engagement: int
    fit_points: int
    grade: str
    lines: tuple[Line, ...]


def score(
    touches: Iterable[Touch], card: Scorecard, record: Mapping[str, object], *, now: datetime, zone: ZoneInfo = _UTC
) -> Score:
    """The score at `now` (aware) by `card`, from the `touches` up to then (in any order) and the lead's `record`.

    `zone` is whose calendar relative days in conditions mean.
    """
    fit = [line for rule in card.rules if rule.axis == "fit" for line in _fit_line(rule, record, now, zone)]
    engagement = _engagement_lines(sorted(touches, key=lambda touch: (touch.occurred_at, touch.id)), card, now, zone)
    raised = _folded((line for line in engagement if line.points_then > 0), card.half_life)
    lowered = _folded((line for line in engagement if line.points_then < 0), card.half_life)
    lasts = lasts_until(raised, lowered, card.half_life)
    points = sum(int(line.points_then) for line in fit)
    return Score(
        raised,
        lowered,
        lasts,
        whole(value(lasts, instant(now), card.half_life)),
        points,
        _grade(points, card.grades),
        (*fit, *engagement),
    )


def _fit_line(rule: Rule, record: Mapping[str, object], now: datetime, zone: ZoneInfo) -> list[Line]:
    if rule.condition is None:
        return []
    verdict = holds(rule.condition, record, now, zone)
    evidence = {clause.field: clause.actual for clause in verdict.clauses}
    points = float(rule.points)
    return [Line(rule.id, "fit", points, points, None, evidence, None)] if verdict.ok else []


def _engagement_lines(touches: list[Touch], card: Scorecard, now: datetime, zone: ZoneInfo) -> list[Line]:
    """In the order of time, because what a cap leaves depends on what came before."""
    worth: dict[str, int | None] = {}
    lines = []
    for touch in touches:
        if touch.occurred_at <= instant(now):
            counting = [rule for rule in card.rules if _counts(rule, touch, now, zone)]
            lines += [_earn(rule, touch, worth, card.half_life, instant(now)) for rule in counting]
    return lines


def _counts(rule: Rule, touch: Touch, now: datetime, zone: ZoneInfo) -> bool:
    if rule.axis != "engagement" or rule.touch_kind not in {None, touch.kind}:
        return False
    return rule.condition is None or holds(rule.condition, touch.facts, now, zone).ok


def _earn(rule: Rule, touch: Touch, worth: dict[str, int | None], h: int, now: int) -> Line:
    """The line of one touch; `worth` keeps what each rule is worth, and grows by it."""
    at = touch.occurred_at
    got = earned(rule.points, rule.cap, value(worth.get(rule.id), at, h))
    if abs(got) > DUST:
        worth[rule.id] = add(worth.get(rule.id), at, abs(got), h)
    else:
        got = 0.0
    capped_from = rule.points if got != rule.points else None
    evidence: dict[str, object] = {"touch": touch.id, "kind": touch.kind}
    return Line(rule.id, "engagement", got, got * exp2((at - now) / h), capped_from, evidence, at)


def _folded(lines: Iterable[Line], h: int) -> int | None:
    total: int | None = None
    for line in lines:
        if line.occurred_at is not None:
            total = add(total, line.occurred_at, abs(line.points_then), h)
    return total


def _grade(points: int, grades: tuple[tuple[str, int], ...]) -> str:
    for letter, least in grades:
        if points >= least:
            return letter
    return grades[-1][0] if grades else ""
