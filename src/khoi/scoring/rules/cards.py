"""What a scorecard is, how it is written as JSON, and the one a new workspace starts with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeGuard

from khoi.kit.conditions import Condition, ConditionError, Field, parse
from khoi.scoring.rules.fading import DAY

__all__ = ["DEFAULT_CARD", "FIT_FIELDS", "TOUCH_FIELDS", "Axis", "CardError", "Rule", "Scorecard", "parse_card"]

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


class CardError(ValueError):
    """`path` leads to the part ("rules.2.points"), `reason` says what is wrong with it.

    Reasons: not_a_card, not_a_rule, id_used_twice, unknown_axis, bad_points, bad_cap, nothing_to_score, bad_grades, and
    those of `ConditionError`.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


#: What fit rules may ask of a lead's record (its labels are translated where they are shown).
FIT_FIELDS: Final[Mapping[str, Field]] = {
    field.key: field
    for field in (
        Field("company_name", "text", "Company"),
        Field("industry", "text", "Industry"),
        Field("employees", "integer", "Employees"),
        Field("region", "text", "Region"),
        Field("job_title", "text", "Job title"),
        Field("source", "code", "Source"),
        Field("channel", "code", "Channel"),
    )
}

#: What engagement rules may ask of a touch, besides its kind.
TOUCH_FIELDS: Final[Mapping[str, Field]] = {
    field.key: field
    for field in (
        Field("title", "text", "Title"),
        Field("url", "text", "Page"),
        Field("channel", "code", "Channel"),
        Field("campaign", "reference", "Campaign"),
    )
}


def _touch(kind: str, points: int, cap: int | None = None) -> dict[str, object]:
    rule: dict[str, object] = {"id": kind, "axis": "engagement", "touch": kind, "points": points}
    return rule if cap is None else rule | {"cap": cap}


def _fit(name: str, points: int, when: dict[str, object]) -> dict[str, object]:
    return {"id": name, "axis": "fit", "points": points, "when": when}


_LEADERS: Final = ("giám đốc", "chủ", "trưởng", "director", "founder", "owner", "head", "manager", "ceo")

# Opens and clicks give nothing: machines do both.
DEFAULT_CARD: Final[Mapping[str, object]] = {
    "half_life_days": 30,
    "rules": [
        _touch("price_request", 30),
        _touch("demo_request", 30),
        _touch("email_reply", 25, 50),
        _touch("call_in", 20, 40),
        _touch("webinar", 20, 40),
        _touch("form", 15, 30),
        _touch("event", 15, 30),
        _touch("pricing_view", 10, 20),
        _touch("download", 10, 20),
        _touch("chat", 10, 20),
        _touch("page_view", 1, 5),
        _touch("unsubscribe", -40, 40),
        _fit("company", 10, {"field": "company_name", "op": "is_not_empty"}),
        _fit("industry", 10, {"field": "industry", "op": "is_not_empty"}),
        _fit("region", 10, {"field": "region", "op": "is_not_empty"}),
        _fit("ten_people", 20, {"field": "employees", "op": "gte", "value": 10}),
        _fit("fifty_people", 10, {"field": "employees", "op": "gte", "value": 50}),
        _fit("leader", 20, {"any": [{"field": "job_title", "op": "contains", "value": word} for word in _LEADERS]}),
        _fit(
            "recommended",
            20,
            {"field": "source", "op": "in", "value": ["customer_referral", "employee_referral", "partner"]},
        ),
    ],
    "grades": {"A": 60, "B": 40, "C": 20, "D": 0},
}


def parse_card(
    version: int,
    card: Mapping[str, object],
    fit_fields: Mapping[str, Field] = FIT_FIELDS,
    touch_fields: Mapping[str, Field] = TOUCH_FIELDS,
) -> Scorecard:
    """The scorecard that JSON shaped like `DEFAULT_CARD` writes; CardError when it cannot be read.

    A rule: `id`, `axis`, `points`, `when` (a condition), for engagement also `touch` (the kind) and `cap`.
    """
    half_life, rules, grades = card.get("half_life_days"), card.get("rules"), card.get("grades")
    if not _is_whole(half_life) or half_life < 1 or not isinstance(rules, list):
        raise CardError("", "not_a_card")
    read = tuple(_rule(rule, f"rules.{place}", fit_fields, touch_fields) for place, rule in enumerate(rules))
    if len({rule.id for rule in read}) < len(read):
        raise CardError("rules", "id_used_twice")
    return Scorecard(version, half_life, read, _grades(grades))


def _rule(raw: object, path: str, fit_fields: Mapping[str, Field], touch_fields: Mapping[str, Field]) -> Rule:
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str) or not raw["id"]:
        raise CardError(path, "not_a_rule")
    axis, points, cap, touch = raw.get("axis"), raw.get("points"), raw.get("cap"), raw.get("touch")
    if axis not in {"fit", "engagement"}:
        raise CardError(f"{path}.axis", "unknown_axis")
    if not _is_whole(points) or not points:
        raise CardError(f"{path}.points", "bad_points")
    if cap is not None and (not _is_whole(cap) or cap < 1 or axis == "fit"):
        raise CardError(f"{path}.cap", "bad_cap")
    condition = _condition(raw.get("when"), fit_fields if axis == "fit" else touch_fields, f"{path}.when")
    if condition is None and (axis == "fit" or not isinstance(touch, str)):
        raise CardError(path, "nothing_to_score")
    return Rule(raw["id"], axis, points, touch if axis == "engagement" else None, condition, cap)


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
