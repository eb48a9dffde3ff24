"""What "today" and "the last 14 days" are at one instant, worked out once for Python and for the database alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from khoi.kit.conditions.tree import Leaf, Relative, Scalar, Value, Within
from khoi.kit.periods import today

__all__ = ["Clock", "Test", "changes", "test_of"]

_TICK: Final = timedelta(microseconds=1)  # the grain of time in both databases


@dataclass(frozen=True, slots=True)
class Clock:
    """The instant (aware) a condition is judged at, and the zone whose calendar counts."""

    now: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Test:
    """A question with nothing relative left in it. `op` "from_until", half-open, stands for every window of time."""

    op: str
    value: Value


def test_of(leaf: Leaf, clock: Clock) -> Test:
    """The question that `leaf` asks at the instant of `clock`."""
    if isinstance(leaf.value, Within):
        return Test("from_until", _window(leaf.value, leaf.type, clock))
    if leaf.type not in {"date", "moment"} or leaf.value is None:
        return Test(leaf.op, leaf.value)
    if isinstance(leaf.value, tuple):
        op = "from_until" if leaf.type == "moment" else leaf.op
        return Test(op, tuple(_fixed(value, leaf.type, clock) for value in leaf.value))
    return Test(leaf.op, _fixed(leaf.value, leaf.type, clock))


def changes(leaf: Leaf, actual: date, clock: Clock) -> Iterator[datetime]:
    """The instants at which the answer of `leaf` for the value `actual` may change by the passing of time alone."""
    for offset in _offsets(leaf.value):
        try:
            if isinstance(actual, datetime):
                moment = actual.astimezone(UTC) - timedelta(days=offset)
                yield from (moment, moment + _TICK)
            else:
                on = actual - timedelta(days=offset)
                yield from (_midnight(on, clock.zone), _midnight(on + timedelta(days=1), clock.zone))
        except OverflowError:  # past the end of the calendar nothing changes
            continue


def _fixed(value: Scalar, kind: str, clock: Clock) -> Scalar:
    if not isinstance(value, Relative):
        return value
    return _shifted(kind, value.days, clock)


def _shifted(kind: str, days: int, clock: Clock) -> date:
    start = today(clock.now, clock.zone) if kind == "date" else clock.now.astimezone(UTC)
    return start + timedelta(days=days)


def _window(within: Within, kind: str, clock: Clock) -> tuple[date, date]:
    """Days: the last ones end today, the next ones begin today. Moments: now belongs to the past."""
    grain = timedelta(days=1) if kind == "date" else _TICK
    here, there = _shifted(kind, 0, clock), _shifted(kind, within.days if within.ahead else -within.days, clock)
    if not within.ahead:
        return there + grain, here + grain
    return (here, there) if kind == "date" else (here + grain, there + grain)


def _offsets(value: Value) -> tuple[int, ...]:
    match value:
        case Relative(days):
            return (days,)
        case Within(days, ahead):
            return (0, days if ahead else -days)
        case tuple():
            return tuple(item.days for item in value if isinstance(item, Relative))
    return ()


def _midnight(on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time.min, zone).astimezone(UTC)
