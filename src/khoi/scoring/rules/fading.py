"""A score that fades by itself: every touch loses half its points in each half-life, and one integer holds the sum.

The integer is the moment (µs UTC) at which the engagement will be worth one point. It never needs recomputing: value,
order and every threshold crossing at any time follow from it. Source: forward decay (Cormode, Shkapenyuk, Srivastava,
Xu, ICDE 2009). All instants here are µs since 1970 UTC, and a half-life `h` likewise is in µs.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import exp2, expm1, floor, log, log2
from typing import Final

__all__ = ["DAY", "DUST", "add", "bound", "crossing", "earned", "instant", "lasts_until", "value", "whole"]

DAY: Final = 86_400_000_000  # µs
DUST: Final = 1e-6  # of a point: what rounding to whole µs may take away from a full point

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def instant(moment: datetime) -> int:
    """An aware datetime as µs since 1970 UTC, exact."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def add(total: int | None, t: int, points: float, h: int) -> int:
    """`total` with `points` (above 0) earned at `t`; None is nothing yet. Order changes it by some µs only."""
    if total is None:
        return t + round(h * log2(points))
    ref = max(total, t)
    kept, new = (total - ref) / h, (t - ref) / h + log2(points)
    most = max(kept, new)
    return ref + round(h * (most + log2(exp2(kept - most) + exp2(new - most))))


def value(total: int | None, now: int, h: int) -> float:
    """What `total` is worth in points at `now`; 0 for None."""
    return 0.0 if total is None else exp2(min((total - now) / h, 1023.0))


def whole(points: float) -> int:
    """Whole points to show and to compare: rounded down, but a hair under a full point is that point."""
    return max(floor(points + DUST), 0)


def crossing(total: int, threshold: float, h: int) -> int:
    """The instant from which `total` is worth less than `threshold` (above 0) whole points."""
    return total - round(h * log2(threshold - DUST))


def bound(threshold: float, now: int, h: int) -> int:
    """`lasts_until` of at least this is `threshold` (above 0) whole points or more at `now`: a range of its index."""
    return now + round(h * log2(threshold - DUST))


def lasts_until(raised: int | None, lowered: int | None, h: int) -> int | None:
    """When what was raised less what was lowered will be worth one point; None when nothing is left.

    Both fade alike, so their difference is right at every instant.
    """
    if raised is None or lowered is None:
        return raised
    if lowered >= raised:
        return None
    share = -expm1((lowered - raised) / h * log(2))  # 1 - lowered/raised, exact also when they nearly cancel
    return raised + round(h * log2(share))


def earned(points: float, cap: float | None, value_of_rule_now: float) -> float:
    """What of `points` a rule still gives when it is worth `value_of_rule_now` (a size) and may be worth `cap`.

    Settled when earned and kept: a cap applied when reading would change the order of leads by itself.
    """
    if cap is None:
        return points
    room = max(cap - value_of_rule_now, 0.0)
    return min(points, room) if points >= 0 else max(points, -room)
