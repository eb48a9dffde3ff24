"""Opening deals and changing what is known of them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from babel.numbers import list_currencies

from khoi.accounts.models import Account, Contact
from khoi.custom import services as custom_fields
from khoi.custom.rules import Value
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.db.writing import stored
from khoi.kit.refusals import Refusal
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.pipeline.models import Opportunity, Pipeline, PipelineStage, StageKind
from khoi.pipeline.services.noting import note_move
from khoi.team.models import User
from khoi.workspace import queries as workspace

EDITABLE: Final = frozenset("name need amount currency close_on decision_maker owner account contact custom".split())
#: Text fields that end somewhere: field → characters.
LENGTHS: Final = {"name": 200, "decision_maker": 200}
LARGEST: Final = 2**63 - 1


def open_opportunity(
    *,
    name: str,
    person: Person,
    account: Account | None = None,
    contact: Contact | None = None,
    lead: Lead | None = None,
    pipeline: Pipeline | None = None,
    stage: PipelineStage | None = None,
    amount: int | None = None,
    currency: str = "",
    close_on: date | None = None,
    need: str = "",
    decision_maker: str = "",
    owner: User | None = None,
    basis: str = "opened",
    opened_at: datetime | None = None,
    custom: Mapping[str, Value] | None = None,
    by: Actor,
    now: datetime,
) -> Opportunity:
    """A new deal, in the first open stage unless told otherwise."""
    _check({"name": name, "amount": amount, **({"currency": currency} if currency else {})})
    _check_contact(account, contact)
    entry = stage or first_stage(pipeline)
    since = opened_at or now
    with history.act("open_opportunity", by=by, now=now, subject=person):
        opportunity = stored(
            Opportunity(
                name=name.strip()[:200],
                person=person,
                account=account,
                contact=contact,
                lead=lead,
                pipeline_id=entry.pipeline_id,
                stage=entry,
                amount=amount,
                currency=currency or workspace.current().currency,
                close_on=close_on,
                need=need.strip(),
                decision_maker=decision_maker.strip()[:200],
                owner=owner,
                entered_stage_at=since,
                opened_at=since,
                created_at=now,
            )
        )
        note_move(opportunity, None, entry, basis=basis, occurred_at=since, by=by, now=now)
        custom_fields.set_values(opportunity, custom or {}, by=by, now=now)
    return opportunity


def first_stage(pipeline: Pipeline | None = None) -> PipelineStage:
    stages = PipelineStage.objects.filter(kind=StageKind.OPEN).order_by("pipeline_id", "position")
    found: PipelineStage | None = (stages.filter(pipeline=pipeline) if pipeline else stages).first()
    if found is None:
        raise LookupError("the workspace has no pipeline")
    return found


def edit_opportunity(
    opportunity: Opportunity, *, changes: Mapping[str, Any], version: int | None = None, by: Actor, now: datetime
) -> Opportunity:
    """Change fields of ``EDITABLE``. With the ``version`` the changes were made against, what somebody else
    changed since raises ``history.Stale``; a contact who is not of the new account lets go of the deal."""
    if unknown := changes.keys() - EDITABLE:
        raise Refusal("unknown_field", sorted(unknown)[0], value=sorted(unknown)[0])
    values: dict[str, Any] = {n: value.strip() if isinstance(value, str) else value for n, value in changes.items()}
    _check(values)
    with history.act("edit_opportunity", by=by, now=now, subject=opportunity):
        if version is not None:
            custom_fields.claim_version(opportunity, version=version, changes=values)
        filled = values.pop("custom", None) or {}
        for name, value in values.items():
            setattr(opportunity, name, value)
        if "account" in values and not _speaks_for(opportunity.contact, opportunity.account):
            _let_go(opportunity, values)
        _check_contact(opportunity.account, opportunity.contact)
        opportunity.save(update_fields=list(values))
        custom_fields.set_values(opportunity, filled, by=by, now=now)
    return opportunity


def _let_go(opportunity: Opportunity, values: dict[str, Any]) -> None:
    if "contact" in values:
        raise Refusal("not_in_workspace", "contact")
    opportunity.contact = values["contact"] = None


def _check(values: Mapping[str, Any]) -> None:
    for name, limit in LENGTHS.items():
        if len(values.get(name) or "") > limit:
            raise Refusal("too_long", name, limit=limit)
    if not (values.get("name", "-") or "").strip():
        raise Refusal("required", "name")
    amount = values.get("amount")
    if amount is not None and not 0 <= amount <= LARGEST:
        raise Refusal("negative", "amount") if amount < 0 else Refusal("not_money", "amount", value=str(amount))
    if values.get("currency", "VND") not in list_currencies():
        raise Refusal("unknown_currency", "currency", value=values["currency"])
    if (owner := values.get("owner")) is not None and not owner.is_active:
        raise Refusal("owner_inactive", "owner", value=str(owner))


def _check_contact(account: Account | None, contact: Contact | None) -> None:
    if not _speaks_for(contact, account):
        raise Refusal("not_in_workspace", "contact")


def _speaks_for(contact: Contact | None, account: Account | None) -> bool:
    return contact is None or (account is not None and contact.account_id == account.pk)
