"""Converting a lead: contact, account and opportunity in one step. Nothing is copied, so it can be taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from khoi.accounts import services as accounts
from khoi.accounts.models import Account, Contact
from khoi.custom import services as own
from khoi.custom.rules import Value
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.db.asking import held, records_by
from khoi.kit.refusals import Refusal
from khoi.leads.models import BantFact, Lead, Stage
from khoi.leads.queries import latest_bant
from khoi.leads.rules import ENDED
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import Opportunity
from khoi.qualification import services as qualification
from khoi.qualification.models import Basis


@dataclass(frozen=True, slots=True)
class Converted:
    """``already``: the lead had been converted before, and this is what came of it then."""

    opportunity: Opportunity
    contact: Contact | None
    account: Account | None
    already: bool


def convert_lead(
    lead: Lead,
    *,
    account: Account | None = None,
    account_name: str = "",
    opportunity_name: str = "",
    amount: int | None = None,
    currency: str = "",
    close_on: date | None = None,
    custom: Mapping[str, Value] | None = None,
    account_custom: Mapping[str, Value] | None = None,
    by: Actor,
    now: datetime,
) -> Converted:
    """One contact, one account (given, or new by name), one opportunity. Pressed twice it happens once.

    Amount, close date, need and decision maker come from the BANT facts unless given. A person who buys
    for themself gets an account in their own name. ``custom`` and ``account_custom``: typed values of the deal's and
    the account's own fields by key; the caller saw that ``by`` may edit an account that is there already.
    """
    with history.act("convert_lead", by=by, now=now, subject=lead):
        lead = held(Lead, lead.pk)
        if (earlier := next(iter(records_by(Opportunity, "lead", [lead.pk])), None)) is not None:
            return Converted(earlier, earlier.contact, earlier.account, already=True)
        if lead.lifecycle_stage in ENDED:
            raise Refusal("already_ended", stage=lead.get_lifecycle_stage_display())
        buyer = account or lead.account or _new_account(lead, account_name, by, now)
        contact = accounts.add_contact(lead.person, account=buyer, job_title=lead.person.job_title, by=by, now=now)
        own.set_values(buyer, account_custom or {}, by=by, now=now)
        opportunity = _open(lead, buyer, contact, opportunity_name, amount, currency, close_on, by, now)
        own.set_values(opportunity, custom or {}, by=by, now=now)
        lead.account = buyer
        lead.save(update_fields=["account"])
        qualification.enter_stage(lead, stage=Stage.OPPORTUNITY, basis=Basis.CONVERTED, by=by, now=now)
    return Converted(opportunity, contact, buyer, already=False)


def _new_account(lead: Lead, name: str, by: Actor, now: datetime) -> Account:
    return accounts.add_account(
        name=name.strip() or lead.company_name or lead.person.full_name or f"Lead {lead.pk}",
        owner=lead.owner,
        industry=lead.industry,
        employees=lead.employees,
        region=lead.region,
        by=by,
        now=now,
    )


def _open(
    lead: Lead,
    account: Account,
    contact: Contact,
    name: str,
    amount: int | None,
    currency: str,
    close_on: date | None,
    by: Actor,
    now: datetime,
) -> Opportunity:
    bant = latest_bant([lead.pk])[lead.pk]
    budget, timing, need = bant.get("budget"), bant.get("timing"), bant.get("need")
    return pipeline.open_opportunity(
        name=name.strip() or lead.need or account.name,
        person=lead.person,
        account=account,
        contact=contact,
        lead=lead,
        amount=amount if amount is not None else (budget.amount if budget else None),
        currency=currency or (budget.currency if budget else ""),
        close_on=close_on or (timing.on_date if timing else None),
        need=(need.text if need else "") or lead.need,
        decision_maker=_decision_maker(lead, bant.get("authority")),
        owner=lead.owner,
        by=by,
        now=now,
    )


def _decision_maker(lead: Lead, authority: BantFact | None) -> str:
    """The name given with the authority fact; the person themself when they are the decision maker."""
    if authority is None:
        return ""
    if authority.text:
        return authority.text
    return lead.person.full_name if authority.role in ("decision_maker", "economic_buyer") else ""
