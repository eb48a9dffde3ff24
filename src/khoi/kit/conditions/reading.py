"""From JSON to a condition and back. Whatever a user or a program sends, it is read wholly or refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from khoi.kit.conditions.tree import OPERATORS, All, Any, Condition, Field, Leaf, Not, Relative, Scalar, Value, Within
from khoi.kit.fold import fold
from khoi.kit.numbers import exact, plain

__all__ = ["ConditionError", "as_json", "parse"]

_DEEPEST: Final = 8  # groups inside groups: more than anybody reads
_MOST_LEAVES: Final = 200
_MOST_VALUES: Final = 1_000  # in one list; SQLite takes some 32,000 parameters in one statement
_LONGEST_TEXT: Final = 500
_MOST_DAYS: Final = 36_500
_INTEGERS: Final = range(-(2**63), 2**63)


class ConditionError(ValueError):
    """`path` leads to the part ("all.0.value", "" for the whole), `reason` says what is wrong with it.

    Reasons: not_a_condition, unknown_field, unknown_op, bad_value, unknown_choice, too_deep, too_many.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or 'condition'}: {reason}")
        self.path = path
        self.reason = reason


def parse(tree: object, fields: Mapping[str, Field]) -> Condition:
    """The condition that `tree` (JSON as dicts and lists, or its text) means over `fields`; else ConditionError."""
    if isinstance(tree, str):
        try:
            tree = json.loads(tree)
        except (ValueError, RecursionError):
            raise ConditionError("", "not_a_condition") from None
    condition = _node(tree, fields, ())
    if _leaves(condition) > _MOST_LEAVES:
        raise ConditionError("", "too_many")
    return condition


def as_json(condition: Condition) -> dict[str, object]:
    """The tree that `parse` reads back as an equal condition."""
    match condition:
        case Leaf(field, _, op, value):
            return {"field": field, "op": op} | ({} if value is None else {"value": value_as_json(value)})
        case Not(part):
            return {"not": as_json(part)}
        case All(parts):
            return {"all": [as_json(part) for part in parts]}
        case Any(parts):
            return {"any": [as_json(part) for part in parts]}


def value_as_json(value: Value) -> object:
    """A value as JSON has it: ISO text for days and moments, `{"days": n}` and `{"next": n}` for relative ones."""
    match value:
        case tuple():
            return [value_as_json(item) for item in value]
        case Relative(days):
            return {"days": days}
        case Within(days, ahead):
            return {"next": days} if ahead else days
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
    return value


_Path = tuple[str | int, ...]


def _error(path: _Path, reason: str) -> ConditionError:
    return ConditionError(".".join(str(step) for step in path), reason)


def _node(tree: object, fields: Mapping[str, Field], path: _Path, depth: int = 0) -> Condition:
    if depth > _DEEPEST:
        raise _error(path, "too_deep")
    if not isinstance(tree, dict):
        raise _error(path, "not_a_condition")
    if set(tree) == {"all"}:
        return All(_parts(tree["all"], fields, (*path, "all"), depth))
    if set(tree) == {"any"}:
        return Any(_parts(tree["any"], fields, (*path, "any"), depth))
    if set(tree) == {"not"}:
        return Not(_node(tree["not"], fields, (*path, "not"), depth + 1))
    if "field" in tree and "op" in tree and set(tree) <= {"field", "op", "value"}:
        return _leaf(tree, fields, path)
    raise _error(path, "not_a_condition")


def _parts(trees: object, fields: Mapping[str, Field], path: _Path, depth: int) -> tuple[Condition, ...]:
    if not isinstance(trees, list):
        raise _error(path, "not_a_condition")
    if len(trees) > _MOST_LEAVES:
        raise _error(path, "too_many")
    return tuple(_node(tree, fields, (*path, place), depth + 1) for place, tree in enumerate(trees))


def _leaves(condition: Condition) -> int:
    match condition:
        case Leaf():
            return 1
        case Not(part):
            return _leaves(part)
    return sum(_leaves(part) for part in condition.parts)


def _leaf(tree: dict[str, object], fields: Mapping[str, Field], path: _Path) -> Leaf:
    key, op = tree["field"], tree["op"]
    field = fields.get(key) if isinstance(key, str) else None
    if field is None:
        raise _error((*path, "field"), "unknown_field")
    if not isinstance(op, str) or op not in OPERATORS[field.type]:
        raise _error((*path, "op"), "unknown_op")
    return Leaf(field.key, field.type, op, _value(tree.get("value"), field, op, (*path, "value")))


def _value(raw: object, field: Field, op: str, path: _Path) -> Value:
    if op in {"is_empty", "is_not_empty"}:
        if raw is not None:
            raise _error(path, "bad_value")
        return None
    if op == "within_days":
        return _within(raw, path)
    if op in {"in", "not_in", "between"}:
        return _list(raw, field, op, path)
    return _scalar(raw, field, path)


def _list(raw: object, field: Field, op: str, path: _Path) -> tuple[Scalar, ...]:
    if not isinstance(raw, list) or (op == "between" and len(raw) != 2):
        raise _error(path, "bad_value")
    if len(raw) > _MOST_VALUES:
        raise _error(path, "too_many")
    return tuple(_scalar(item, field, (*path, place)) for place, item in enumerate(raw))


def _within(raw: object, path: _Path) -> Within:
    ahead = isinstance(raw, dict) and set(raw) == {"next"}
    days = raw["next"] if ahead and isinstance(raw, dict) else raw
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= _MOST_DAYS:
        raise _error(path, "bad_value")
    return Within(days, ahead)


def _scalar(raw: object, field: Field, path: _Path) -> Scalar:
    value = _READERS[field.type](raw)
    if value is None:
        raise _error(path, "bad_value")
    if field.type in {"code", "codes"} and field.choices and value not in {code for code, _ in field.choices}:
        raise _error(path, "unknown_choice")
    return value


def _text(raw: object) -> str | None:
    return raw if isinstance(raw, str) and fold(raw) and "\0" not in raw and len(raw) <= _LONGEST_TEXT else None


def _code(raw: object) -> str | None:
    return raw if isinstance(raw, str) and raw and "\0" not in raw and len(raw) <= _LONGEST_TEXT else None


def _integer(raw: object) -> int | None:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and raw in _INTEGERS else None


def _boolean(raw: object) -> bool | None:
    return raw if isinstance(raw, bool) else None


def _date(raw: object) -> date | Relative | None:
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) else _relative(raw)
    except ValueError:
        return None


def _moment(raw: object) -> datetime | Relative | None:
    if not isinstance(raw, str):
        return _relative(raw)
    try:
        moment = datetime.fromisoformat(raw)
        # Without its offset an instant would be another moment to each reader.
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _relative(raw: object) -> Relative | None:
    days = raw["days"] if isinstance(raw, dict) and set(raw) == {"days"} else None
    if not isinstance(days, int) or isinstance(days, bool) or abs(days) > _MOST_DAYS:
        return None
    return Relative(days)


_READERS: Final[Mapping[str, Callable[[object], Scalar | None]]] = {
    "text": _text,
    "code": _code,
    "codes": _code,
    "integer": _integer,
    "number": exact,
    "money": _integer,
    "date": _date,
    "moment": _moment,
    "boolean": _boolean,
    "reference": _integer,
}
