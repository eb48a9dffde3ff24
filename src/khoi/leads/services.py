"""Changing a lead's own fields and noting its BANT facts."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from khoi.campaigns.models import Campaign, Source
from khoi.custom import services as custom
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.db.writing import stored
from khoi.kit.refusals import Refusal
from khoi.leads.models import BantFact, BantKind, DealRole, Lead, TimingBand

#: What a user may write directly. Owner, stage, score and clock are decided, each by its own verb.
EDITABLE = frozenset(
    {
        "company_name",
        "need",
        "message",
        "industry",
        "employees",
        "region",
        "source",
        "channel",
        "campaign",
        "landing_page",
        "custom",
    }
)


def edit_lead(lead: Lead, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> Lead:
    """Change fields named in ``EDITABLE``; ``source`` and ``campaign`` as records or codes, ``custom`` as typed values
    by key."""
    if unknown := changes.keys() - EDITABLE:
        raise Refusal("unknown_field", sorted(unknown)[0], value=sorted(unknown)[0])
    values = {name: _record(name, value) for name, value in changes.items() if name != "custom"}
    if (values.get("employees") or 0) < 0:
        raise Refusal("negative", "employees")
    with history.act("edit_lead", by=by, now=now, subject=lead):
        for name, value in values.items():
            setattr(lead, name, value)
        lead.save(update_fields=list(values))
        custom.set_values(lead, changes.get("custom") or {}, by=by, now=now)
    return lead


def _record(name: str, value: Any) -> Any:
    models: dict[str, Any] = {"source": Source, "campaign": Campaign}
    if name not in models or not isinstance(value, str):
        return value
    if not value:
        return None
    found = models[name].objects.filter(code=value).first()
    if found is None:
        raise Refusal("unknown_source" if name == "source" else "unknown_choice", name, value=value)
    return found


def record_bant(
    lead: Lead,
    *,
    kind: str,
    amount: int | None = None,
    amount_to: int | None = None,
    currency: str = "",
    role: str = "",
    on_date: date | None = None,
    band: str = "",
    text: str = "",
    impact: str = "",
    cost_of_waiting: str = "",
    confidence: int = 2,
    evidence: str = "",
    occurred_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> BantFact:
    """One fact learnt; the latest of its kind holds, earlier ones stay readable.

    A budget needs an amount or words, an authority a role or words, a need words, a timing a day or a band.
    """
    _check_bant(kind, amount=amount, role=role, on_date=on_date, band=band, text=text)
    with history.act("record_bant", by=by, now=now, occurred_at=occurred_at, subject=lead):
        return stored(
            BantFact(
                lead=lead,
                person_id=lead.person_id,
                kind=kind,
                amount=amount,
                amount_to=amount_to,
                currency=currency if amount is not None else "",
                role=role,
                on_date=on_date,
                band=band,
                text=text.strip(),
                impact=impact.strip(),
                cost_of_waiting=cost_of_waiting.strip(),
                confidence=confidence,
                evidence=evidence,
                given_by_id=by.id,
                occurred_at=occurred_at or now,
            )
        )


def _check_bant(kind: str, *, amount: int | None, role: str, on_date: date | None, band: str, text: str) -> None:
    if kind not in BantKind.values:
        raise Refusal("unknown_choice", "kind", value=kind)
    if role and role not in DealRole.values:
        raise Refusal("unknown_choice", "role", value=role)
    if band and band not in TimingBand.values:
        raise Refusal("unknown_choice", "band", value=band)
    if amount is not None and amount < 0:
        raise Refusal("negative", "amount")
    said = {
        BantKind.BUDGET: amount is not None or bool(text.strip()),
        BantKind.AUTHORITY: bool(role or text.strip()),
        BantKind.NEED: bool(text.strip()),
        BantKind.TIMING: bool(on_date or band),
    }
    if not said[BantKind(kind)]:
        raise Refusal("required", kind)
