"""Deals and pipelines for programs."""

from datetime import date
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from pydantic import ConfigDict, JsonValue, StringConstraints

from khoi.accounts.models import Account, Contact
from khoi.custom import queries as fields
from khoi.custom.api import OwnSort, Where, own_page
from khoi.history import services as history
from khoi.history.services import Stale
from khoi.kit.refusals import Refusal
from khoi.kit.search import every_word
from khoi.people.models import Person
from khoi.pipeline import queries
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import Opportunity, Pipeline, PipelineStage
from khoi.pipeline.services import GateClosed
from khoi.team.api import (
    Body,
    Custom,
    Day,
    Id,
    Moment,
    Page,
    PastOut,
    Problem,
    looks_back,
    named_version,
    past_of,
    versioned,
    who,
)
from khoi.team.models import User
from khoi.team.queries import authorize, find
from khoi.team.rules import Principal
from khoi.workspace import queries as workspace

router = Router(tags=["pipeline"])

Line = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=20_000)]
Amount = Annotated[int, Field(ge=0, le=2**63 - 1, description="Minor units of the currency: đồng, cents")]
Code = Annotated[str, StringConstraints(max_length=40)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Reason = Literal[
    "",
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
Kind = Literal["open", "won", "lost"]
RELATED = ("person", "account", "contact", "lead", "owner", "stage", "pipeline")


class Named(Schema):
    id: Id
    name: str


class StageOut(Schema):
    code: str = Field(examples=["proposal"])
    name: str
    name_vi: str
    position: int
    kind: Kind
    probability: int = Field(description="Percent")
    forecast_category: Literal["pipeline", "best_case", "commit", "closed", "omitted"]
    rot_days: int | None = Field(description="Days after which a deal stands still here")
    gate: dict[str, Any] = Field(
        description="Condition over the deal's fields that must hold to enter; {} asks nothing"
    )


class PipelineOut(Schema):
    code: str
    name: str
    name_vi: str
    stages: list[StageOut]


class NextOut(Schema):
    stage: str
    missing: list[str] = Field(description="Fields the gate of the next stage waits for", examples=[["amount"]])


class OpportunityOut(Schema):
    id: Id
    name: str
    person: Named
    account: Named | None
    contact: Id | None
    lead: Id | None = Field(description="The lead it came from; null when it was opened directly")
    pipeline: str
    stage: str
    kind: Kind
    probability: int
    need: str
    amount: int | None = Field(description="Minor units of the currency; null when not stated")
    currency: str
    close_on: date | None
    decision_maker: str
    owner: Named | None
    entered_stage_at: Moment
    opened_at: Moment
    closed_at: Moment | None
    lost_reason: str
    lost_note: str
    custom: dict[str, Any] = Field(description="Values of the fields of your own that are filled, by key")


class OpportunityWhole(OpportunityOut):
    next: NextOut | None = Field(description="What still stands before the next stage; null at the end")


class OpportunityFields(Body):
    """What a program may write of a deal. Only the fields that are sent are changed."""

    name: Line = ""
    need: Text = ""
    amount: Amount | None = None
    currency: Currency = "VND"
    close_on: Day | None = None
    decision_maker: Line = ""
    owner: Id | None = None
    account: Id | None = None
    contact: Id | None = None
    custom: Custom = {}


class OpportunityIn(OpportunityFields):
    """``owner``: whoever the token stands for, unless named."""

    person: Id
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    pipeline: Code = Field("", description="Code of a pipeline; the first one unless named")

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "person": "9b1f0f0e-7f5f-4a41-9a2e-0a4a8d1f5c11",
                "name": "Kho thành phẩm",
                "amount": 320_000_000,
                "close_on": "2026-12-31",
            }
        }
    )


class OpportunityChanges(OpportunityFields):
    stage: Code = Field("", description="Code of the stage to enter", examples=["proposal"])
    reason: Reason = Field("", description="Needed to enter a lost stage")
    note: Annotated[str, StringConstraints(max_length=4000)] = ""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "stage": "proposal",
                "amount": 320_000_000,
                "close_on": "2026-12-31",
                "decision_maker": "Cô Hòa",
            }
        }
    )


@router.get("/pipelines", response=list[PipelineOut], summary="Pipelines with their stages")
@looks_back("pipelines")
def list_pipelines(request: HttpRequest) -> list[dict[str, Any]]:
    actor = who(request)
    authorize(actor, "opportunity.view")
    every = Pipeline.objects.visible_to(actor).prefetch_related("stages").order_by("id")
    return [
        {
            "code": one.code,
            "name": one.name,
            "name_vi": one.name_vi,
            "stages": sorted(one.stages.all(), key=lambda stage: stage.position),
        }
        for one in every
    ]


class StageChanges(Body):
    name: Annotated[str, StringConstraints(max_length=120)] = ""
    name_vi: Annotated[str, StringConstraints(max_length=120)] = ""
    probability: Annotated[int, Field(ge=0, le=100)] = 0
    rot_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    gate: dict[str, JsonValue] = Field(
        {},
        description="Over a deal; fields of your own are ``custom.<key>``, of its account and its person "
        "``account.custom.<key>`` and ``person.custom.<key>``",
    )

    model_config = ConfigDict(
        json_schema_extra={"example": {"gate": {"all": [{"field": "custom.size", "op": "is_not_empty"}]}}}
    )


@router.get("/pipelines/{pipeline_code}/stages/{code}", response=StageOut, summary="Read a stage")
def show_stage(request: HttpRequest, response: HttpResponse, pipeline_code: str, code: str) -> PipelineStage:
    """``ETag`` is its version: name it in ``If-Match`` when changing it."""
    stage = find(who(request), "rules.view", PipelineStage, pipeline__code=pipeline_code, code=code)
    versioned(response, stage)
    return stage


@router.patch("/pipelines/{pipeline_code}/stages/{code}", response=StageOut, summary="Change a stage or its gate")
def edit_stage(
    request: HttpRequest, response: HttpResponse, pipeline_code: str, code: str, body: StageChanges
) -> PipelineStage:
    """Deals that stand in the stage stay; its gate is asked of those that come next. Errors: 422 ``unknown_field``
    (gate) with the place that is wrong, ``not_a_percent``."""
    actor, now = who(request), timezone.now()
    stage = find(actor, "rules.edit", PipelineStage, pipeline__code=pipeline_code, code=code)
    changes = body.given()
    with history.act("edit_stage", by=actor, now=now, subject=stage):
        history.claim_version(stage, version=named_version(request), changes=changes)
        stage = pipeline.edit_stage(stage, changes=changes, by=actor, now=now)
    versioned(response, stage)
    return stage


@router.get("/opportunities", response=Page[OpportunityOut], summary="List deals")
@looks_back("deals")
def list_opportunities(
    request: HttpRequest,
    state: Literal["open", "won", "lost", "every"] = "every",
    pipeline: str = "",
    stage: str = "",
    owner: Id | None = None,
    person: Id | None = None,
    account: Id | None = None,
    q: str = "",
    where: Where = "",
    sort: OwnSort = "",
    after: str | None = None,
    limit: int = 100,
) -> dict[str, Any]:
    """The deals you may see, oldest first. ``stage`` and ``pipeline`` are codes; ``q`` are beginnings of words of
    deal, account or person. ``where`` and ``sort`` go by fields of your own: 422 ``bad_condition``,
    ``unknown_field``."""
    actor = who(request)
    authorize(actor, "opportunity.view")
    named = {
        "stage__kind": "" if state == "every" else state,
        "pipeline__code": pipeline,
        "stage__code": stage,
        "owner__public_id": owner,
        "person__public_id": person,
        "account__public_id": account,
    }
    rows = _seen(actor).filter(**{name: value for name, value in named.items() if value})
    rows = rows.filter(every_word(q, "search")) if q.strip() else rows
    return own_page(rows, shown, where=where, sort=sort, after=after, limit=limit, now=actor.at)


@router.post("/opportunities", response={201: OpportunityWhole}, summary="Open a deal without a lead")
def open_opportunity(request: HttpRequest, response: HttpResponse, body: OpportunityIn) -> tuple[int, dict[str, Any]]:
    """For somebody who is known already. A lead becomes a deal by ``POST /leads/{id}/convert``.

    Errors: 404 when the person, account, contact or owner is not there for you; 422 ``unknown_choice`` (pipeline),
    ``not_in_workspace`` (the contact is not of the account), ``unknown_currency``, ``required``.
    """
    actor, now = who(request), timezone.now()
    authorize(actor, "opportunity.create")
    given = _records(actor, body.given())
    given.setdefault("owner", find(actor, "opportunity.create", User, pk=actor.id))
    given["person"] = find(actor, "opportunity.create", Person, public_id=body.person)
    given["pipeline"] = _pipeline(actor, given.pop("pipeline", ""))
    made = pipeline.open_opportunity(**given, by=actor, now=now)
    versioned(response, made)
    return 201, _whole(actor, made)


@router.get("/opportunities/{uuid:opportunity_id}", response=OpportunityWhole | PastOut, summary="Read a deal")
def show_opportunity(
    request: HttpRequest,
    response: HttpResponse,
    opportunity_id: Id,
    as_of: Day | None = None,
    known: Literal["now", "then"] = "now",
) -> dict[str, Any]:
    """``ETag`` is its version: name it in ``If-Match`` when changing it.

    With ``as_of`` instead what was there at the end of that day: what we know ``now`` about it, or what we showed
    ``then``.
    """
    actor = who(request)
    found = find(actor, "opportunity.view", Opportunity, public_id=opportunity_id)
    if as_of is not None:
        return past_of(request, found, as_of, known)
    versioned(response, found)
    return _whole(actor, found)


@router.patch("/opportunities/{uuid:opportunity_id}", response=OpportunityWhole, summary="Change or move a deal")
def change_opportunity(
    request: HttpRequest, response: HttpResponse, opportunity_id: Id, body: OpportunityChanges
) -> dict[str, Any]:
    """Fields, and with ``stage`` a move; what the gate of that stage asks for may come in the same request.

    Errors: 422 ``gate_closed`` with ``missing``, the fields the gate waits for; 422 ``reason_needed`` when a deal is
    lost without one; 422 ``unknown_stage``; 409 ``changed_meanwhile`` when somebody else moved it, or changed the same
    field, since the version in ``If-Match``; then nothing was written.
    """
    actor, now = who(request), timezone.now()
    found = find(actor, "opportunity.edit", Opportunity, public_id=opportunity_id)
    version = named_version(request)
    given = body.given()
    move = {name: given.pop(name) for name in ("stage", "reason", "note") if name in given}
    changes = _records(actor, given)
    if move and not move.get("stage"):
        raise Refusal("required", "stage")
    try:
        if move:
            found = pipeline.move_opportunity(found, facts=changes, version=version, by=actor, now=now, **move)
        else:
            found = pipeline.edit_opportunity(found, changes=changes, version=version, by=actor, now=now)
    except GateClosed as closed:
        raise _gate_closed(closed) from closed
    except Stale as stale:
        raise _changed_meanwhile(actor, stale) from stale
    versioned(response, found)
    return _whole(actor, found)


def shown(deal: Opportunity) -> dict[str, Any]:
    """The deal in the shape of ``OpportunityOut``; its relations are loaded."""
    plain = ("name need amount currency close_on decision_maker entered_stage_at opened_at closed_at").split()
    return {
        "id": deal.public_id,
        **{name: getattr(deal, name) for name in plain},
        "person": {"id": deal.person.public_id, "name": deal.person.full_name},
        "account": {"id": deal.account.public_id, "name": deal.account.name} if deal.account else None,
        "contact": deal.contact.public_id if deal.contact else None,
        "lead": deal.lead.public_id if deal.lead else None,
        "pipeline": deal.pipeline.code,
        "stage": deal.stage.code,
        "kind": deal.stage.kind,
        "probability": deal.stage.probability,
        "owner": {"id": deal.owner.public_id, "name": str(deal.owner)} if deal.owner else None,
        "lost_reason": deal.lost_reason,
        "lost_note": deal.lost_note,
    }


def _seen(actor: Principal) -> "QuerySet[Opportunity]":
    return Opportunity.objects.visible_to(actor).select_related(*RELATED)


def _whole(actor: Principal, deal: Opportunity) -> dict[str, Any]:
    """A deal somebody has just given away is shown to them this once."""
    one = _seen(actor).filter(pk=deal.pk).first() or deal
    following = queries.next_stage(one, queries.stages_of(one.pipeline))
    gate = queries.gate(one, following, timezone.now(), workspace.zone()) if following else None
    told = {**shown(one), "custom": fields.told_of([one]).get(one.pk, {})}
    return {**told, "next": {"stage": gate.stage.code, "missing": list(gate.missing)} if gate else None}


def _records(actor: Principal, given: dict[str, Any]) -> dict[str, Any]:
    """Ids become records, seen with the actor's eyes; custom values are typed."""
    models: dict[str, Any] = {"owner": User, "account": Account, "contact": Contact}
    named = {
        name: find(actor, "opportunity.view", model, public_id=given[name])
        for name, model in models.items()
        if given.get(name)
    }
    typed = {"custom": fields.read_values(Opportunity, given["custom"])} if "custom" in given else {}
    return {**given, **named, **typed}


def _pipeline(actor: Principal, code: str) -> Pipeline | None:
    if not code:
        return None
    found: Pipeline | None = Pipeline.objects.visible_to(actor).filter(code=code).first()
    if found is None:
        raise Refusal("unknown_choice", "pipeline", value=code)
    return found


def _gate_closed(closed: GateClosed) -> Problem:
    errors = [
        {"field": name, "code": "required", "message": _("%(stage)s asks for it.") % {"stage": closed.stage.code}}
        for name in closed.missing
    ]
    said = _("The gate of %(stage)s is closed; nothing was written.") % {"stage": closed.stage.code}
    return Problem(422, "gate_closed", said, stage=closed.stage.code, missing=list(closed.missing), errors=errors)


def _changed_meanwhile(actor: Principal, stale: Stale) -> Problem:
    """The clash in the words of the API: codes and ids, not the keys of our tables."""
    conflicts = {
        name: {
            "mine": _told(actor, name, c.mine),
            "theirs": _told(actor, name, c.theirs),
            "base": _told(actor, name, c.base),
        }
        for name, c in stale.clashing.items()
    }
    words = _("Somebody changed the same meanwhile; nothing was written.")
    return Problem(409, "changed_meanwhile", words, conflicts=conflicts, version=stale.version)


def _told(actor: Principal, name: str, value: Any) -> Any:
    named: dict[str, tuple[Any, str]] = {
        "stage": (PipelineStage, "code"),
        "owner": (User, "public_id"),
        "account": (Account, "public_id"),
        "contact": (Contact, "public_id"),
    }
    if name not in named or value is None:
        return value
    model, column = named[name]
    return model.objects.visible_to(actor).filter(pk=value).values_list(column, flat=True).first()
