"""Judging leads by the published policy, and how warm they are; every move is written with what was met."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from khoi.kit.conditions import Clause, fields_of
from khoi.kit.db.writing import made
from khoi.leads.fields import Facts
from khoi.leads.models import Lead
from khoi.leads.rules import work_status_for
from khoi.lifecycle.queries.ground import Ground
from khoi.qualification import rules
from khoi.qualification.models import Basis, Policy, StageChange

#: A clause as a decision keeps it.
_Told = dict[str, Any]
_Judged = tuple[rules.Judgement, list[_Told], list[_Told]]


def judge_leads(
    leads: list[Lead], facts: dict[int, Facts], *, ground: Ground, now: datetime
) -> tuple[list[StageChange], list[Lead]]:
    """Move every lead to the furthest stage its facts reach, in memory.

    Returns the decisions to write and the leads whose columns changed.
    """
    if ground.policy is None or ground.criteria is None:
        return [], []
    changes, touched = [], []
    judge, feel = _Judge(ground.criteria, now, ground.zone), Warmth(now, ground.zone)
    for lead in leads:
        judgement, met, missing = judge(facts[lead.pk])
        due = _earliest(judgement.next_change_at, feel(facts[lead.pk]).next_change_at)
        if judgement.moved:
            changes.append(_change(lead, judgement.stage, met, missing, ground.policy, now))
        if judgement.moved or due != lead.next_check_at:
            lead.next_check_at = due
            touched.append(lead)
    return changes, touched


class _Judge:
    """Judges each kind of lead once: in a file of thousands most are alike in everything the criteria ask."""

    def __init__(self, criteria: rules.Policy, now: datetime, zone: ZoneInfo) -> None:
        self.criteria, self.now, self.zone = criteria, now, zone
        asked = frozenset().union(*(fields_of(condition) for _, condition in criteria.criteria))
        self.asked = ("lifecycle_stage", *sorted(asked))
        self.judged: dict[tuple[object, ...], _Judged] = {}

    def __call__(self, facts: Facts) -> _Judged:
        """The judgement, and what was met and missing as a decision keeps it."""
        alike = tuple(facts.asked(name) for name in self.asked)
        if alike not in self.judged:
            judgement = rules.judge(facts.record(), self.criteria, self.now, self.zone)
            self.judged[alike] = (judgement, clauses(judgement.met), clauses(judgement.missing))
        return self.judged[alike]


def _change(
    lead: Lead, stage: str, met: list[_Told], missing: list[_Told], policy: Policy, now: datetime
) -> StageChange:
    change = made(
        StageChange,
        lead=lead,
        person_id=lead.person_id,
        from_stage=lead.lifecycle_stage,
        to_stage=stage,
        basis=Basis.POLICY,
        policy=policy,
        met=met,
        missing=missing,
        occurred_at=now,
        recorded_at=now,
    )
    lead.lifecycle_stage = stage
    lead.work_status = work_status_for(stage, lead.work_status)
    return change


def clauses(found: Iterable[Clause]) -> list[dict[str, Any]]:
    """Clauses as a decision keeps them: field, operator, what was asked, what was seen."""
    return [{"field": c.field, "op": c.op, "value": _plain(c.value), "actual": _plain(c.actual)} for c in found]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | bool | None) else str(value)


class Warmth:
    """How warm each lead is. Of most nothing is known of budget, authority, need and timing: these are alike."""

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self.now, self.zone = now, zone
        self.unasked: dict[bool, rules.Temperature] = {}

    def __call__(self, facts: Facts) -> rules.Temperature:
        if facts.bant:
            return rules.temperature(self._known(facts), facts.intent, self.now, self.zone)
        if facts.intent not in self.unasked:
            self.unasked[facts.intent] = rules.temperature((), facts.intent, self.now, self.zone)
        return self.unasked[facts.intent]

    def _known(self, facts: Facts) -> Iterable[rules.BantFact]:
        return (
            rules.BantFact(
                kind=kind,
                noted_on=fact.occurred_at.astimezone(self.zone).date(),
                stated=kind != "budget" or fact.amount is not None or bool(fact.text),
                on_date=fact.on_date,
                band=fact.band,
            )
            for kind, fact in facts.bant.items()
        )


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
