"""Handing a lead on: accepted, handed back, disqualified, reopened, assigned, moved by hand, converted."""

from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema
from pydantic import ConfigDict, JsonValue, StringConstraints

from khoi.accounts.models import Account
from khoi.custom.queries import read_values
from khoi.leads import services as leads
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.lifecycle.api.shown import AccountOut, LeadOut
from khoi.lifecycle.queries.telling import shown_lead
from khoi.pipeline.models import Opportunity
from khoi.qualification import services as qualification
from khoi.routing import services as routing
from khoi.team.api import Body, Day, Id, Moment, versioned, who
from khoi.team.models import User
from khoi.team.queries import find
from khoi.team.rules import Principal

router = Router(tags=["leads"])

Words = Annotated[str, StringConstraints(max_length=4000)]
Reason = Literal[
    "price",
    "competitor",
    "no_budget",
    "no_authority",
    "no_need",
    "timing",
    "missing_feature",
    "no_response",
    "poor_fit",
    "duplicate",
    "invalid_data",
    "other",
]
Amount = Annotated[
    int, Field(ge=0, le=9_000_000_000_000_000, description="In minor units: đồng for VND, cents for USD")
]
Currency = Annotated[str, StringConstraints(pattern="^([A-Z]{3})?$")]


class HandBackIn(Body):
    reason: Reason
    return_on: Day = Field(description="The day it comes back to marketing's attention, after today")
    note: Words = ""


class DisqualifyIn(Body):
    reason: Reason
    note: Words = ""


class AssignIn(Body):
    owner: Id = Field(description="Of an active user")
    note: Words = ""


class StageIn(Body):
    stage: Literal["suspect", "lead", "prospect", "mql", "sal", "sql"]
    note: Annotated[str, StringConstraints(min_length=1, max_length=4000)] = Field(
        description="Why, against the criteria; it is kept with the decision"
    )


class BantIn(Body):
    """One thing learnt. A budget needs an amount or words, an authority a role or words, a need words, a timing a day
    or a band. The latest of a kind holds; earlier ones stay readable."""

    kind: Literal["budget", "authority", "need", "timing"]
    amount: Amount | None = None
    amount_to: Amount | None = None
    currency: Currency = ""
    role: Literal[
        "",
        "decision_maker",
        "economic_buyer",
        "champion",
        "influencer",
        "business_evaluator",
        "technical_evaluator",
        "end_user",
        "gatekeeper",
        "blocker",
        "executive_sponsor",
        "legal_procurement",
        "other",
    ] = ""
    on_date: Day | None = None
    band: Literal["", "now", "this_quarter", "this_year", "later"] = ""
    text: Words = ""
    impact: Words = ""
    cost_of_waiting: Words = ""
    confidence: Annotated[int, Field(ge=1, le=3)] = 2
    evidence: Annotated[str, StringConstraints(max_length=200)] = ""


class ConvertIn(Body):
    """All of it is optional: what is left out comes from the lead and its BANT facts."""

    account: Id | None = Field(None, description="An account that is there already; else one is made")
    account_name: Annotated[str, StringConstraints(max_length=200)] = ""
    opportunity_name: Annotated[str, StringConstraints(max_length=200)] = ""
    amount: Amount | None = None
    currency: Currency = ""
    close_on: Day | None = None
    custom: dict[str, JsonValue] = Field({}, description="Values of the deal's own fields, by key")
    account_custom: dict[str, JsonValue] = Field({}, description="Values of the account's own fields, by key")

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"account_name": "Bao bì Lá Sen", "amount": 450_000_000, "close_on": "2026-12-20"}
        }
    )


NOTHING_SAID: Final = ConvertIn.model_validate({})


class OpportunityMade(Schema):
    id: Id
    name: str
    stage: str
    amount: int | None
    currency: str
    close_on: Day | None
    opened_at: Moment


class ConvertedOut(Schema):
    """``already``: it had been converted before, and this is what came of it then."""

    opportunity: OpportunityMade
    account: AccountOut | None
    contact: Id | None
    lead: LeadOut
    already: bool


@router.post("/leads/{uuid:lead_id}/accept", response=LeadOut, summary="Sales takes the lead")
def accept(request: HttpRequest, response: HttpResponse, lead_id: Id) -> dict[str, Any]:
    """The lead becomes SAL. Accepting twice is accepting once. 422 `already_ended` for one that has ended."""
    actor, lead = _theirs(request, "lead.qualify", lead_id)
    return _answer(response, qualification.accept_lead(lead, by=actor, now=timezone.now()))


@router.post("/leads/{uuid:lead_id}/hand-back", response=LeadOut, summary="Give the lead back to marketing")
def hand_back(request: HttpRequest, response: HttpResponse, lead_id: Id, body: HandBackIn) -> dict[str, Any]:
    """It becomes recycled, with a reason and the day it should come back. 422 `date_is_past`, `already_ended`."""
    actor, lead = _theirs(request, "lead.qualify", lead_id)
    lead = qualification.hand_back(
        lead, reason=body.reason, note=body.note, return_on=body.return_on, by=actor, now=timezone.now()
    )
    return _answer(response, lead)


@router.post("/leads/{uuid:lead_id}/disqualify", response=LeadOut, summary="Out for good, with a reason")
def disqualify(request: HttpRequest, response: HttpResponse, lead_id: Id, body: DisqualifyIn) -> dict[str, Any]:
    """422 `already_ended` for a lead that is an opportunity or has ended."""
    actor, lead = _theirs(request, "lead.qualify", lead_id)
    return _answer(
        response, qualification.disqualify(lead, reason=body.reason, note=body.note, by=actor, now=timezone.now())
    )


@router.post("/leads/{uuid:lead_id}/reopen", response=LeadOut, summary="Bring a recycled or disqualified lead back")
def reopen(request: HttpRequest, response: HttpResponse, lead_id: Id) -> dict[str, Any]:
    """It becomes a lead again and the criteria take it from there. One that is open stays as it is."""
    actor, lead = _theirs(request, "lead.qualify", lead_id)
    return _answer(response, qualification.reopen_lead(lead, by=actor, now=timezone.now()))


@router.post("/leads/{uuid:lead_id}/assign", response=LeadOut, summary="Give the lead to somebody by hand")
def assign(request: HttpRequest, response: HttpResponse, lead_id: Id, body: AssignIn) -> dict[str, Any]:
    """422 `unknown_user`, `owner_inactive`."""
    actor, lead = _theirs(request, "lead.assign", lead_id)
    owner = find(actor, "lead.assign", User, public_id=body.owner)
    return _answer(response, routing.assign_lead(lead, owner=owner, note=body.note, by=actor, now=timezone.now()))


@router.post("/leads/{uuid:lead_id}/stage", response=LeadOut, summary="Set the stage by hand")
def set_stage(request: HttpRequest, response: HttpResponse, lead_id: Id, body: StageIn) -> dict[str, Any]:
    """Against the criteria, so it says why. Opportunity and customer come by converting and winning."""
    actor, lead = _theirs(request, "lead.qualify", lead_id)
    return _answer(
        response,
        qualification.override_stage(lead, stage=body.stage, note=body.note, by=actor, now=timezone.now()),
    )


@router.post("/leads/{uuid:lead_id}/bant", response={201: LeadOut}, summary="Note budget, authority, need or timing")
def note_bant(request: HttpRequest, response: HttpResponse, lead_id: Id, body: BantIn) -> tuple[int, dict[str, Any]]:
    """Stage and temperature follow at once. 422 `required` when the fact says nothing."""
    actor, lead = _theirs(request, "lead.edit", lead_id)
    leads.record_bant(lead, **body.model_dump(), by=actor, now=timezone.now())
    return 201, _answer(response, lead)


@router.post(
    "/leads/{uuid:lead_id}/convert",
    response={200: ConvertedOut, 201: ConvertedOut},
    summary="Make the lead an opportunity, with its account and contact",
)
def convert(
    request: HttpRequest, response: HttpResponse, lead_id: Id, body: ConvertIn = NOTHING_SAID
) -> tuple[int, dict[str, Any]]:
    """One contact, one account, one opportunity, however often and however many at once ask for it: the first gets
    201, everybody after that 200 with the same records and `already`. 422 `already_ended` for a lead that has ended,
    and at `custom.<key>` for a value that is none.
    """
    actor, lead = _theirs(request, "lead.convert", lead_id)
    account = find(actor, "account.view", Account, public_id=body.account) if body.account else None
    if body.account_custom and (known := account or lead.account) is not None:
        find(actor, "account.edit", Account, pk=known.pk)
    made = lifecycle.convert_lead(
        lead,
        account=account,
        account_name=body.account_name,
        opportunity_name=body.opportunity_name,
        amount=body.amount,
        currency=body.currency,
        close_on=body.close_on,
        custom=read_values(Opportunity, body.custom),
        account_custom=read_values(Account, body.account_custom),
        by=actor,
        now=timezone.now(),
    )
    answer = {
        "opportunity": _opportunity(made.opportunity),
        "account": {"id": made.account.public_id, "name": made.account.name} if made.account else None,
        "contact": made.contact.public_id if made.contact else None,
        "lead": _answer(response, lead),
        "already": made.already,
    }
    return 200 if made.already else 201, answer


def _theirs(request: HttpRequest, action: str, lead_id: Id) -> tuple[Principal, Lead]:
    actor = who(request)
    return actor, find(actor, action, Lead, public_id=lead_id)


def _answer(response: HttpResponse, lead: Lead) -> dict[str, Any]:
    versioned(response, lead)
    return shown_lead(lead, now=timezone.now())


def _opportunity(opportunity: Opportunity) -> dict[str, Any]:
    names = ("name", "amount", "currency", "close_on", "opened_at")
    told = {name: getattr(opportunity, name) for name in names}
    return {"id": opportunity.public_id, "stage": opportunity.stage.code, **told}
