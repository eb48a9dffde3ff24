"""The criteria of each stage: what they may ask of a lead, how they are written, those a new workspace starts with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from khoi.kit.conditions import Condition, ConditionError, Field, parse
from khoi.leads.rules import STAGES

__all__ = ["AUTOMATIC", "DEFAULT_POLICY", "FIELDS", "Policy", "PolicyError", "parse_policy"]

#: The stages that criteria alone lead to; opportunity comes with conversion, customer with the first win.
AUTOMATIC: Final = STAGES[: STAGES.index("opportunity")]

#: What criteria may ask. A record for `judge` holds a value for each of these keys, and `lifecycle_stage`.
FIELDS: Final[Mapping[str, Field]] = {
    field.key: field
    for field in (
        # An email or phone that is theirs and works.
        Field("has_reach", "boolean", "Can be reached"),
        # They came by themselves or said so: a form, a call, a request; a name on a bought list has none.
        Field("interest", "boolean", "Interest shown"),
        # Name, and an email or phone, and either a company or a second way to reach them.
        Field("contact_complete", "boolean", "Contact data complete"),
        Field("fit_grade", "code", "Fit grade"),
        # Whole points at the moment of judging.
        Field("engagement", "integer", "Engagement"),
        # They reacted to us: replied, attended, picked up the phone.
        Field("answered", "boolean", "Has answered us"),
        # The owner accepted the lead.
        Field("accepted", "boolean", "Accepted by sales"),
        # They asked for a price, details or an appointment.
        Field("intent", "boolean", "Strong intent"),
        Field("bant_budget", "boolean", "Budget known"),
        Field("bant_authority", "boolean", "Authority known"),
        Field("bant_need", "boolean", "Need known"),
        Field("bant_timing", "boolean", "Timing known"),
        # Somebody who decides or directly influences the decision takes part in the talks.
        Field("decider_involved", "boolean", "Decision maker in the talks"),
        Field("won", "boolean", "Opportunity won"),
        Field("source", "code", "Source"),
    )
}


def _yes(*keys: str) -> list[dict[str, object]]:
    return [{"field": key, "op": "eq", "value": True} for key in keys]


#: stage → condition, as a `Policy` row stores them. A stage may be reached without the ones before it.
DEFAULT_POLICY: Final[Mapping[str, Mapping[str, object]]] = {
    "suspect": {"all": []},
    "lead": {"all": _yes("has_reach", "interest")},
    "prospect": {"all": [*_yes("has_reach", "answered"), {"field": "fit_grade", "op": "in", "value": ["A", "B"]}]},
    "mql": {"all": [*_yes("has_reach", "contact_complete"), {"field": "engagement", "op": "gte", "value": 40}]},
    "sal": {"all": _yes("has_reach", "accepted")},
    "sql": {"all": _yes("has_reach", "intent", "bant_budget", "bant_authority", "bant_need", "bant_timing")},
    "opportunity": {"all": _yes("bant_need", "bant_timing", "bant_budget", "decider_involved")},
    "customer": {"all": _yes("won")},
}


class PolicyError(ValueError):
    """The criteria of `stage` cannot be read. `reason`: unknown_stage or one of `ConditionError`; `path`: its place."""

    def __init__(self, stage: str, reason: str, path: str = "") -> None:
        super().__init__(f"{stage}: {path} {reason}")
        self.stage = stage
        self.reason = reason
        self.path = path


@dataclass(frozen=True, slots=True)
class Policy:
    """One published version: (stage, its condition) in the order of the stages. A stage not in it has no gate."""

    version: int
    criteria: tuple[tuple[str, Condition], ...]


def parse_policy(version: int, criteria: Mapping[str, object], fields: Mapping[str, Field] = FIELDS) -> Policy:
    """The policy that JSON shaped like `DEFAULT_POLICY` writes; PolicyError when it cannot be read."""
    for stage in criteria:
        if stage not in STAGES:
            raise PolicyError(stage, "unknown_stage")
    return Policy(
        version, tuple((stage, _read(stage, criteria[stage], fields)) for stage in STAGES if stage in criteria)
    )


def _read(stage: str, tree: object, fields: Mapping[str, Field]) -> Condition:
    try:
        return parse(tree, fields)
    except ConditionError as error:
        raise PolicyError(stage, error.reason, error.path) from None
