"""What a scorecard is, and how it is read from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeGuard

from khoi.kit.conditions import Condition, ConditionError, Field, parse
from khoi.scoring.rules.fading import DAY

__all__ = ["Axis", "CardError", "Rule", "Scorecard", "parse_card"]

Axis = Literal["fit", "engagement"]


@dataclass(frozen=True, slots=True)
class Rule:
    """Points for who they are (`fit`: each lead once, if `condition` holds for the record) or what they do.

    An engagement rule counts touches of `touch_kind`, all kinds when None, for which `condition` holds (over the facts
    of the touch). `cap` bounds what the rule is worth at any time, as a size without sign; None is no bound.
    """

    id: str
    axis: Axis
    points: int
    touch_kind: str | None = None
    condition: Condition | None = None
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One published version. `grades`: (letter, fit points it takes), highest first; below all is the last one."""

    version: int
    half_life_days: int
    rules: tuple[Rule, ...]
    grades: tuple[tuple[str, int], ...]

    @property
    def half_life(self) -> int:
        """In µs."""
        return self.half_life_days * DAY

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What it asks of a lead itself."""
        return tuple(rule.condition for rule in self.rules if rule.axis == "fit" and rule.condition is not None)


class CardError(ValueError):
    """`path` leads to the part ("rules.2.points"), `reason` says what is wrong with it.

    Reasons: not_a_card, not_a_rule, id_used_twice, unknown_axis, bad_points, bad_cap, nothing_to_score, bad_grades, and
    those of `ConditionError`.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def parse_card(
    version: int,
    half_life_days: int,
    rules: object,
    grades: object,
    *,
    record_fields: Mapping[str, Field],
    touch_fields: Mapping[str, Field],
) -> Scorecard:
    """The scorecard that stored JSON means; CardError when it cannot be read.

    `rules`: a list of `{"id", "axis", "points"}`, for fit with "condition" (over `record_fields`), for engagement with
    "touch_kind" or "condition" (over `touch_fields`) or both, and "cap"; other keys, as names to show, are left alone.
    `grades`: letter → fit points it takes.
    """
    if half_life_days < 1 or not isinstance(rules, list):
        raise CardError("", "not_a_card")
    fields = {"fit": record_fields, "engagement": touch_fields}
    read = tuple(_rule(rule, f"rules.{place}", fields) for place, rule in enumerate(rules))
    if len({rule.id for rule in read}) < len(read):
        raise CardError("rules", "id_used_twice")
    return Scorecard(version, half_life_days, read, _grades(grades))


def _rule(raw: object, path: str, fields: Mapping[str, Mapping[str, Field]]) -> Rule:
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str) or not raw["id"]:
        raise CardError(path, "not_a_rule")
    axis, kind = raw.get("axis"), raw.get("touch_kind")
    if axis not in {"fit", "engagement"}:
        raise CardError(f"{path}.axis", "unknown_axis")
    condition = _condition(raw.get("condition"), fields[axis], f"{path}.condition")
    if condition is None and (axis == "fit" or not isinstance(kind, str)):
        raise CardError(path, "nothing_to_score")
    points, cap = _points(raw.get("points"), f"{path}.points"), _cap(raw.get("cap"), axis, f"{path}.cap")
    return Rule(raw["id"], axis, points, kind if axis == "engagement" else None, condition, cap)


def _points(raw: object, path: str) -> int:
    if not _is_whole(raw) or not raw:
        raise CardError(path, "bad_points")
    return raw


def _cap(raw: object, axis: str, path: str) -> int | None:
    """A fit rule counts once for a lead, so it takes no cap."""
    if raw is None:
        return None
    if not _is_whole(raw) or raw < 1 or axis == "fit":
        raise CardError(path, "bad_cap")
    return raw


def _condition(raw: object, fields: Mapping[str, Field], path: str) -> Condition | None:
    if raw is None:
        return None
    try:
        return parse(raw, fields)
    except ConditionError as error:
        raise CardError(f"{path}.{error.path}".rstrip("."), error.reason) from None


def _grades(raw: object) -> tuple[tuple[str, int], ...]:
    if not isinstance(raw, dict) or not raw or not all(_is_whole(least) for least in raw.values()):
        raise CardError("grades", "bad_grades")
    return tuple(sorted(((str(letter), int(least)) for letter, least in raw.items()), key=lambda grade: -grade[1]))


def _is_whole(raw: object) -> TypeGuard[int]:
    return isinstance(raw, int) and not isinstance(raw, bool)
