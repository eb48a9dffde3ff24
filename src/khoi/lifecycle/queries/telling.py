"""A lead told flat, for programs: its person, its score, and why everything that was decided was decided so."""

from datetime import UTC, datetime
from typing import Any, Final

from django.utils import translation

from khoi.custom.queries import told_of
from khoi.leads.fields import label_of
from khoi.leads.models import BantFact, Lead, LeadReference
from khoi.leads.queries import latest_bant
from khoi.lifecycle.queries.reasons import Points, Reasons, reasons_of
from khoi.people.models import ContactPoint
from khoi.team.models import User

_PLAIN: Final = (
    *("company_name", "need", "message", "industry", "employees", "region", "channel", "landing_page", "referrer"),
    *("utm", "claims", "extras", "work_status", "exit_reason", "return_on", "temperature"),
    *("accepted_at", "respond_by", "responded_at", "arrived_at", "created_at"),
)
_BANT: Final = (
    *("kind", "amount", "amount_to", "currency", "role", "on_date", "band", "text", "impact", "cost_of_waiting"),
    *("confidence", "evidence", "occurred_at"),
)


def shown_lead(lead: Lead, *, now: datetime) -> dict[str, Any]:
    """The lead with its person, score and reasons; read anew, because settling changed its columns."""
    related = ("person", "account", "source", "campaign", "owner")
    lead = Lead.objects.select_related(*related).get(pk=lead.pk)
    reasons = reasons_of(lead, now=now)
    return {
        "id": lead.public_id,
        "person": _person(lead),
        "account": {"id": lead.account.public_id, "name": lead.account.name} if lead.account else None,
        "source": lead.source.code if lead.source else None,
        "campaign": lead.campaign.code if lead.campaign else None,
        "external_ids": _references(lead),
        "stage": lead.lifecycle_stage,
        "owner": _user(lead.owner),
        "score": _score(lead, reasons),
        "bant": [_bant(fact) for fact in latest_bant([lead.pk])[lead.pk].values()],
        "why": _why(reasons),
        "custom": told_of([lead]).get(lead.pk, {}),
        **{name: getattr(lead, name) for name in _PLAIN},
    }


def shown_score(lead: Lead, *, now: datetime) -> dict[str, Any]:
    reasons = reasons_of(lead, now=now)
    card = reasons.scorecard
    return {
        **_score(lead, reasons),
        "scorecard": card.name if card else "",
        "version": card.version if card else 0,
        "half_life_days": card.half_life_days if card else 0,
        "lines": [_line(line) for line in reasons.lines],
    }


def _person(lead: Lead) -> dict[str, Any]:
    person = lead.person
    points = list(ContactPoint.objects.filter(person=person).order_by("-is_primary", "id"))
    return {
        "id": person.public_id,
        "full_name": person.full_name,
        "job_title": person.job_title,
        "language": person.language,
        "emails": [point.normal for point in points if point.kind == "email"],
        "phones": [point.normal for point in points if point.kind == "phone"],
    }


def _references(lead: Lead) -> list[dict[str, str]]:
    rows = LeadReference.objects.filter(lead=lead).order_by("id")
    return [{"system": row.system, "id": row.external_id} for row in rows]


def _user(user: User | None) -> dict[str, Any] | None:
    return {"id": user.public_id, "full_name": user.full_name} if user else None


def _score(lead: Lead, reasons: Reasons) -> dict[str, Any]:
    return {"engagement": reasons.engagement, "fit_points": lead.fit_points, "fit_grade": lead.fit_grade}


def _line(line: Points) -> dict[str, Any]:
    vietnamese = (translation.get_language() or "").startswith("vi") and line.name_vi
    return {
        "rule": line.rule,
        "name": line.name_vi if vietnamese else line.name,
        "axis": line.axis,
        "points_then": line.points_then,
        "points_now": line.points_now,
        "capped_from": line.capped_from,
        "at": line.occurred_at,
        "evidence": line.evidence,
    }


def _why(reasons: Reasons) -> dict[str, Any]:
    given, moved = reasons.assignment, reasons.change
    return {
        "owner": given
        and {
            "basis": given.basis,
            "rule": given.rule.name if given.rule else None,
            "reason": given.reason,
            "by": str(given.by) if given.by else None,
            "at": given.occurred_at,
        },
        "stage": moved
        and {
            "basis": moved.basis,
            "policy_version": moved.policy.version if moved.policy else None,
            "met": moved.met,
            "reason": moved.reason,
            "note": moved.note,
            "by": str(moved.by) if moved.by else None,
            "at": moved.occurred_at,
        },
        "next": {"stage": reasons.next_stage, "missing": [_clause(clause) for clause in reasons.missing]}
        if reasons.next_stage
        else None,
    }


def _clause(clause: Any) -> dict[str, Any]:
    return {
        "field": clause.field,
        "label": label_of(clause.field),
        "op": clause.op,
        "value": _plain(clause.value),
        "actual": _plain(clause.actual),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if isinstance(value, str | int | bool | None) else str(value)


def _bant(fact: BantFact) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in _BANT}
