"""Judging leads by the published policy, and how warm they are; every move is written with what was met."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from khoi.kit.conditions import Clause
from khoi.leads.fields import FIELDS, Facts
from khoi.leads.models import Lead
from khoi.leads.rules import work_status_for
from khoi.qualification import rules
from khoi.qualification.models import Basis, Policy, StageChange
from khoi.workspace import queries as workspace


def published_policy() -> Policy | None:
    """The version in force: the one published last."""
    return Policy.objects.filter(published_at__isnull=False).order_by("-published_at", "-id").first()


def judge_leads(leads: list[Lead], facts: dict[int, Facts], *, now: datetime) -> list[StageChange]:
    """Move every lead to the furthest stage its facts reach. Leads change in memory and in the database."""
    stored = published_policy()
    if stored is None:
        return []
    policy, zone = rules.parse_policy(stored.version, stored.criteria, FIELDS), workspace.zone()
    changes, moved, dated = [], [], []
    for lead in leads:
        judgement = rules.judge(facts[lead.pk].record(), policy, now, zone)
        due = _earliest(judgement.next_change_at, warmth(facts[lead.pk], now).next_change_at)
        if due != lead.next_check_at:
            lead.next_check_at = due
            dated.append(lead)
        if judgement.moved:
            changes.append(_change(lead, judgement, stored, now))
            moved.append(lead)
    Lead.objects.bulk_update(dated, ["next_check_at"], batch_size=500)
    Lead.objects.bulk_update(moved, ["lifecycle_stage", "work_status"], batch_size=500)
    return StageChange.objects.bulk_create(changes, batch_size=500)


def _change(lead: Lead, judgement: rules.Judgement, policy: Policy, now: datetime) -> StageChange:
    change = StageChange(
        lead=lead,
        person_id=lead.person_id,
        from_stage=lead.lifecycle_stage,
        to_stage=judgement.stage,
        basis=Basis.POLICY,
        policy=policy,
        met=clauses(judgement.met),
        missing=clauses(judgement.missing),
        occurred_at=now,
        recorded_at=now,
    )
    lead.lifecycle_stage = judgement.stage
    lead.work_status = work_status_for(judgement.stage, lead.work_status)
    return change


def clauses(found: Iterable[Clause]) -> list[dict[str, Any]]:
    """Clauses as a decision keeps them: field, operator, what was asked, what was seen."""
    return [
        {"field": c.field, "op": c.op, "value": _plain(c.value), "actual": _plain(c.actual)} for c in found
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | bool | None) else str(value)


def warmth(facts: Facts, now: datetime) -> rules.Temperature:
    zone = workspace.zone()
    known = (
        rules.BantFact(
            kind=kind,
            noted_on=fact.occurred_at.astimezone(zone).date(),
            stated=kind != "budget" or fact.amount is not None or bool(fact.text),
            on_date=fact.on_date,
            band=fact.band,
        )
        for kind, fact in facts.bant.items()
    )
    return rules.temperature(known, facts.intent, now, zone)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
