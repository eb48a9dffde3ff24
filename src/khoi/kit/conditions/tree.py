"""What a condition is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

__all__ = [
    "OPERATORS",
    "TYPES",
    "All",
    "Any",
    "Condition",
    "Field",
    "Leaf",
    "Not",
    "Relative",
    "Scalar",
    "Value",
    "Within",
    "fields_of",
]

TYPES: Final = frozenset(
    {"text", "code", "codes", "integer", "number", "money", "date", "moment", "boolean", "reference"}
)

_EMPTINESS: Final = ("is_empty", "is_not_empty")
_EQUALITY: Final = ("eq", "ne")
_CHOICE: Final = (*_EQUALITY, "in", "not_in")
_ORDER: Final = ("gt", "gte", "lt", "lte", "between")

# What may be asked of a field of each type, in the order a builder offers it.
OPERATORS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": (*_CHOICE, "contains", "starts_with", *_EMPTINESS),
    "code": (*_CHOICE, *_EMPTINESS),
    "codes": (*_CHOICE, *_EMPTINESS),
    "integer": (*_CHOICE, *_ORDER, *_EMPTINESS),
    "number": (*_CHOICE, *_ORDER, *_EMPTINESS),
    "money": (*_CHOICE, *_ORDER, *_EMPTINESS),
    "date": (*_EQUALITY, *_ORDER, "within_days", *_EMPTINESS),
    "moment": (*_ORDER, "within_days", *_EMPTINESS),
    "boolean": (*_EQUALITY, *_EMPTINESS),
    "reference": (*_CHOICE, *_EMPTINESS),
}


@dataclass(frozen=True, slots=True)
class Field:
    """Something a condition may name. `label` and the labels of `choices` are strings or lazy translations.

    A code field with choices accepts no other codes; a field of `codes` holds any number of them. `currency` tells a
    money field what its minor units are of.
    """

    key: str
    type: str
    label: object = ""
    choices: tuple[tuple[str, object], ...] = ()
    currency: str = "VND"

    def __post_init__(self) -> None:
        if self.type not in TYPES:
            raise ValueError(f"field {self.key!r} has the unknown type {self.type!r}")


@dataclass(frozen=True, slots=True)
class Relative:
    """A day or a moment `days` days from today or now; negative for the past."""

    days: int


@dataclass(frozen=True, slots=True)
class Within:
    """The last `days` days, or the next ones when `ahead`."""

    days: int
    ahead: bool = False


Scalar = str | int | Decimal | bool | date | datetime | Relative
Value = Scalar | Within | tuple[Scalar, ...] | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One question to one field; `value` has the type that the field and the operator ask for."""

    field: str
    type: str
    op: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class All:
    """Holds when every part does."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Holds when some part does."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when the part does not."""

    part: Condition


Condition = All | Any | Not | Leaf


def fields_of(condition: Condition) -> frozenset[str]:
    """The keys of all fields that `condition` asks about."""
    match condition:
        case Leaf():
            return frozenset({condition.field})
        case Not():
            return fields_of(condition.part)
    return frozenset().union(*(fields_of(part) for part in condition.parts))
