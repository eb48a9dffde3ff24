"""Which stage a lead has reached, and what is missing for the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from khoi.kit.conditions import Clause, Condition, holds
from khoi.leads.rules import EXITS, STAGES
from khoi.qualification.rules.criteria import AUTOMATIC, Policy

__all__ = ["Gate", "Judgement", "judge"]

_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Gate:
    """The criteria of one stage against one lead. `next_change_at` as in `Verdict`."""

    stage: str
    ok: bool
    met: tuple[Clause, ...]
    missing: tuple[Clause, ...]
    next_change_at: datetime | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """`stage` is where the lead belongs now; `moved` says that this is new.

    `met`: the clauses of that stage that hold, the reasons of the move. `next_stage`: the following one with criteria
    (None at the end and after an exit), `missing`: what stands before it. `by_stage`: every gate, in order.
    `next_change_at`: when to judge again though no fact changes.
    """

    stage: str
    moved: bool
    met: tuple[Clause, ...]
    next_stage: str | None
    missing: tuple[Clause, ...]
    by_stage: tuple[Gate, ...]
    next_change_at: datetime | None


def judge(record: Mapping[str, object], policy: Policy, now: datetime, zone: ZoneInfo = _UTC) -> Judgement:
    """Judge a lead's `record` (values for `FIELDS`, and `lifecycle_stage`: where it stands) at `now` (aware).

    The lead goes to the furthest stage up to sql whose own criteria hold, whatever lies between, and never back.
    Opportunity and customer are left to conversion and winning; a lead that is there, recycled or disqualified stays
    what it is.
    """
    current = str(record.get("lifecycle_stage") or STAGES[0])
    gates = tuple(_gate(stage, condition, record, now, zone) for stage, condition in policy.criteria)
    stage = _furthest(current, gates)
    following = _following(stage, gates)
    by_stage = {gate.stage: gate for gate in gates}
    return Judgement(
        stage,
        stage != current,
        by_stage[stage].met if stage in by_stage else (),
        following.stage if following else None,
        following.missing if following else (),
        gates,
        _next_change(stage, gates),
    )


def _gate(stage: str, condition: Condition, record: Mapping[str, object], now: datetime, zone: ZoneInfo) -> Gate:
    verdict = holds(condition, record, now, zone)
    return Gate(stage, verdict.ok, verdict.met, verdict.missing, verdict.next_change_at)


def _furthest(current: str, gates: tuple[Gate, ...]) -> str:
    if current not in AUTOMATIC:
        return current
    reached = [gate.stage for gate in gates if gate.ok and gate.stage in AUTOMATIC]
    return max([current, *reached], key=STAGES.index)


def _following(stage: str, gates: tuple[Gate, ...]) -> Gate | None:
    if stage in EXITS:
        return None
    return next((gate for gate in gates if STAGES.index(gate.stage) > STAGES.index(stage)), None)


def _next_change(stage: str, gates: tuple[Gate, ...]) -> datetime | None:
    """The first instant at which a stage further on may open by time alone."""
    if stage not in AUTOMATIC:
        return None
    ahead = [gate for gate in gates if gate.stage in AUTOMATIC and STAGES.index(gate.stage) > STAGES.index(stage)]
    return min((gate.next_change_at for gate in ahead if gate.next_change_at), default=None)
