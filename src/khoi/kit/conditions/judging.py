"""Does a condition hold for one record, why, and until when?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any as Anything
from typing import Final
from zoneinfo import ZoneInfo

from khoi.kit.conditions.moments import Clock, changes, test_of
from khoi.kit.conditions.reading import value_as_json
from khoi.kit.conditions.tree import All, Condition, Leaf, Not, Value
from khoi.kit.fold import fold

__all__ = ["Clause", "Verdict", "holds"]


@dataclass(frozen=True, slots=True)
class Clause:
    """One leaf and what it met. `value` is as in the JSON, `actual` as in the record.

    `ok` says whether the leaf speaks for the condition, so for a `negated` one (inside `not`) it is true when the leaf
    itself is false. Of the missing clauses that share a `group` one is enough; with "" each is needed.
    """

    field: str
    op: str
    value: object
    ok: bool
    actual: object
    negated: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, every clause in the order of the condition, and those that stand in the way (none when `ok`).

    `next_change_at` is the first later instant (UTC) at which the answer is another one though no fact has changed;
    None when there is no such instant.
    """

    ok: bool
    clauses: tuple[Clause, ...]
    missing: tuple[Clause, ...]
    next_change_at: datetime | None

    @property
    def met(self) -> tuple[Clause, ...]:
        """The clauses that speak for the condition."""
        return tuple(clause for clause in self.clauses if clause.ok)


def holds(condition: Condition, record: Mapping[str, object], now: datetime, zone: ZoneInfo) -> Verdict:
    """Judge `record` (values by field key; a key that is not there has no value) at the instant `now` (aware).

    Values: text and code str, codes a tuple of str, integer, money (minor units) and reference int, number `Decimal`,
    date `date`, moment an aware `datetime`, boolean bool; None for no value.
    """
    part = _judge(condition, record, Clock(now, zone), negated=False, path="")
    return Verdict(part.ok, part.clauses, part.missing, _next_change(condition, record, Clock(now, zone), ok=part.ok))


@dataclass(frozen=True, slots=True)
class _Part:
    ok: bool
    clauses: tuple[Clause, ...]
    missing: tuple[Clause, ...]


def _judge(condition: Condition, record: Mapping[str, object], clock: Clock, *, negated: bool, path: str) -> _Part:
    """`negated` is carried down to the leaves, so that each clause tells what is wanted of it."""
    if isinstance(condition, Leaf):
        return _judge_leaf(condition, record, clock, negated=negated)
    if isinstance(condition, Not):
        return _judge(condition.part, record, clock, negated=not negated, path=f"{path}!")
    parts = [
        _judge(part, record, clock, negated=negated, path=f"{path}.{place}")
        for place, part in enumerate(condition.parts)
    ]
    each = isinstance(condition, All) != negated
    ok = all(part.ok for part in parts) if each else any(part.ok for part in parts)
    missing = () if ok else tuple(clause for part in parts for clause in part.missing)
    if not each and len(parts) > 1:
        missing = tuple(replace(clause, group=clause.group or path or ".") for clause in missing)
    return _Part(ok, tuple(clause for part in parts for clause in part.clauses), missing)


def _judge_leaf(leaf: Leaf, record: Mapping[str, object], clock: Clock, *, negated: bool) -> _Part:
    actual = record.get(leaf.field)
    ok = _answer(leaf, actual, clock) != negated
    clause = Clause(leaf.field, leaf.op, value_as_json(leaf.value), ok, actual, negated)
    return _Part(ok, (clause,), () if ok else (clause,))


def _answer(leaf: Leaf, actual: object, clock: Clock) -> bool:
    value = _plain(actual, leaf.type)
    if leaf.op in {"is_empty", "is_not_empty"}:
        return (value is None) == (leaf.op == "is_empty")
    if value is None:
        return False
    test = test_of(leaf, clock)
    tests = _TESTS_OF_SEVERAL if leaf.type == "codes" else _TESTS
    return tests[test.op](value, _plain_wanted(test.value, leaf.type))


def _plain(actual: object, kind: str) -> object:
    """The value as it is compared; None when there is none."""
    if kind == "text" and isinstance(actual, str):
        return fold(actual) or None
    return None if actual in ("", ()) else actual


def _plain_wanted(wanted: Value, kind: str) -> Value:
    if kind != "text":
        return wanted
    if isinstance(wanted, tuple):
        return tuple(fold(item) for item in wanted if isinstance(item, str))
    return fold(wanted) if isinstance(wanted, str) else wanted


# Two values of one type, which `parse` saw to on one side and the record promises on the other.
_TESTS: Final[Mapping[str, Callable[[Anything, Anything], bool]]] = {
    "eq": lambda value, wanted: bool(value == wanted),
    "ne": lambda value, wanted: bool(value != wanted),
    "in": lambda value, wanted: value in wanted,
    "not_in": lambda value, wanted: value not in wanted,
    "contains": lambda value, wanted: wanted in value,
    "starts_with": lambda value, wanted: bool(value.startswith(wanted)),
    "gt": lambda value, wanted: bool(value > wanted),
    "gte": lambda value, wanted: bool(value >= wanted),
    "lt": lambda value, wanted: bool(value < wanted),
    "lte": lambda value, wanted: bool(value <= wanted),
    "between": lambda value, wanted: bool(wanted[0] <= value <= wanted[1]),
    "from_until": lambda value, wanted: bool(wanted[0] <= value < wanted[1]),
}

# A record has several codes: "is" asks whether one of them is it, "is not" that none is.
_TESTS_OF_SEVERAL: Final[Mapping[str, Callable[[Anything, Anything], bool]]] = {
    "eq": lambda value, wanted: wanted in value,
    "ne": lambda value, wanted: wanted not in value,
    "in": lambda value, wanted: not set(wanted).isdisjoint(value),
    "not_in": lambda value, wanted: set(wanted).isdisjoint(value),
}


def _next_change(condition: Condition, record: Mapping[str, object], clock: Clock, *, ok: bool) -> datetime | None:
    """The first of the instants at which some leaf may turn that turns the whole."""
    for moment in sorted({at for at in _turns(condition, record, clock) if at > clock.now}):
        if _truth(condition, record, Clock(moment, clock.zone)) != ok:
            return moment
    return None


def _turns(condition: Condition, record: Mapping[str, object], clock: Clock) -> Iterator[datetime]:
    if isinstance(condition, Leaf):
        actual = record.get(condition.field)
        if condition.type in {"date", "moment"} and isinstance(actual, date):
            yield from changes(condition, actual, clock)
    elif isinstance(condition, Not):
        yield from _turns(condition.part, record, clock)
    else:
        for part in condition.parts:
            yield from _turns(part, record, clock)


def _truth(condition: Condition, record: Mapping[str, object], clock: Clock) -> bool:
    if isinstance(condition, Leaf):
        return _answer(condition, record.get(condition.field), clock)
    if isinstance(condition, Not):
        return not _truth(condition.part, record, clock)
    answers = (_truth(part, record, clock) for part in condition.parts)
    return all(answers) if isinstance(condition, All) else any(answers)
