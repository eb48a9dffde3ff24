"""The same condition for many records: a filter for the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Final
from typing import Any as Anything
from zoneinfo import ZoneInfo

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field as Column
from django.db.models import Q
from django.db.models.lookups import Lookup
from django.db.models.sql.compiler import SQLCompiler

from khoi.kit.conditions.moments import Clock, test_of
from khoi.kit.conditions.tree import All, Condition, Leaf, Not
from khoi.kit.fold import fold

__all__ = ["to_q"]

_LAST: Final = "\U0010ffff"  # stands after everything a text can go on with

# Django's Q() and ~Q() both find everything, so yes and no are spelled out.
_YES: Final = ~Q(pk__in=[])
_NO: Final = Q(pk__in=[])


def to_q(condition: Condition, columns: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Q:
    """Finds exactly the rows for which `holds` says yes at the instant `now` (aware).

    `columns` gives for each field key the lookup path of its column, on the model itself or over to-one relations. The
    column of a text field holds text that went through `fold`; a to-many path would find rows twice.
    """
    clock = Clock(now, zone)
    match condition:
        case Leaf():
            return _leaf(condition, columns[condition.field], clock)
        case Not(part):
            return ~to_q(part, columns, now, zone)
    parts = [to_q(part, columns, now, zone) for part in condition.parts]
    return reduce(and_, parts, _YES) if isinstance(condition, All) else reduce(or_, parts, _NO)


def _leaf(leaf: Leaf, column: str, clock: Clock) -> Q:
    has_value = Q(**{f"{column}__isnull": False})
    if leaf.type in {"text", "code"}:
        has_value &= ~Q(**{column: ""})
    if leaf.op == "is_empty":
        return ~has_value
    if leaf.op == "is_not_empty":
        return has_value
    test = test_of(leaf, clock)
    # The guard keeps every leaf two-valued: without it NULL makes `not` of it unknown too.
    return has_value & _TESTS[test.op](column, _folded(test.value) if leaf.type == "text" else test.value)


def _folded(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_folded(item) for item in value)
    return fold(value) if isinstance(value, str) else value


def _is(lookup: str) -> Callable[[str, Anything], Q]:
    return lambda column, value: Q(**{f"{column}__{lookup}": value})


_TESTS: Final[Mapping[str, Callable[[str, Anything], Q]]] = {
    "eq": _is("exact"),
    "ne": lambda column, value: ~Q(**{column: value}),
    "in": lambda column, value: Q(**{f"{column}__in": value}) if value else _NO,
    "not_in": lambda column, value: ~Q(**{f"{column}__in": value}) if value else _YES,
    "contains": _is("contains"),
    "starts_with": _is("folded_prefix"),
    "gt": _is("gt"),
    "gte": _is("gte"),
    "lt": _is("lt"),
    "lte": _is("lte"),
    "between": lambda column, value: Q(**{f"{column}__gte": value[0], f"{column}__lte": value[1]}),
    "from_until": lambda column, value: Q(**{f"{column}__gte": value[0], f"{column}__lt": value[1]}),
}


if TYPE_CHECKING:
    _Lookup = Lookup[Anything]
else:
    _Lookup = Lookup  # a generic to the type checker only


@Column.register_lookup
class _FoldedPrefix(_Lookup):
    """Begins with, as a range of code points: an ordinary index answers it, and no pattern sign interferes."""

    lookup_name = "folded_prefix"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        return self._range(compiler, connection, "")

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        # PostgreSQL orders by language unless told otherwise; an index for this must be built with the same collation.
        return self._range(compiler, connection, ' COLLATE "C"')

    def _range(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, collation: str
    ) -> tuple[str, tuple[str | int, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        first = str(self.rhs)
        test = f"({column}{collation} >= %s AND {column}{collation} < %s)"
        return test, (*parameters, first, *parameters, first + _LAST)
