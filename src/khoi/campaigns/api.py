"""Sources, campaigns and costs for programs. They are named by their codes."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from pydantic import ConfigDict, StringConstraints

from khoi.campaigns import queries, services
from khoi.campaigns.models import Campaign, Cost, Source
from khoi.history import services as history
from khoi.kit.periods import parse_period
from khoi.team.api import Body, Day, Moment, Problem, looks_back, named_version, versioned, who
from khoi.team.queries import authorize, find
from khoi.workspace import queries as workspace

router = Router(tags=["sources"])

Code = Annotated[str, StringConstraints(pattern="^[a-z0-9_]{0,60}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Amount = Annotated[int, Field(ge=0, le=services.LARGEST, description="In minor units: đồng for VND, cents for USD")]
Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
ChannelCode = Literal[
    "website",
    "email",
    "phone",
    "sms",
    "zalo",
    "facebook",
    "social",
    "ads",
    "media",
    "post",
    "shop",
    "in_person",
    "partner",
    "file",
]
Channel = ChannelCode | Literal[""]


class SourceOut(Schema):
    code: str
    name: str
    name_vi: str
    created_at: Moment


class SourceIn(Body):
    name: Name
    name_vi: Annotated[str, StringConstraints(max_length=120)] = ""
    code: Code = Field("", description="Left empty, it is made from the name; it never changes")


class SourceEdit(Body):
    name: Name = ""
    name_vi: Annotated[str, StringConstraints(max_length=120)] = ""


class CampaignOut(Schema):
    code: str
    name: str
    channel: str
    starts_on: date | None
    ends_on: date | None = Field(description="Its last day")
    budget: int | None
    currency: str
    created_at: Moment


class CampaignFields(Body):
    name: Annotated[str, StringConstraints(min_length=1, max_length=160)] = ""
    channel: Channel = ""
    starts_on: Day | None = None
    ends_on: Day | None = None
    budget: Amount | None = None
    currency: Currency = "VND"


class CampaignIn(CampaignFields):
    name: Annotated[str, StringConstraints(min_length=1, max_length=160)]
    code: Code = ""


class CostOut(Schema):
    id: int
    source: str
    campaign: str | None
    period_start: date
    period_end: date = Field(description="The day after its last one")
    amount: int
    currency: str
    note: str


class CostIn(Body):
    source: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    campaign: Annotated[str, StringConstraints(max_length=60)] = ""
    period_start: Day
    period_end: Day = Field(description="The day after its last one")
    amount: Amount
    currency: Currency = "VND"
    note: Annotated[str, StringConstraints(max_length=200)] = ""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "source": "ads",
                "period_start": "2026-11-01",
                "period_end": "2026-12-01",
                "amount": 18_000_000,
                "currency": "VND",
            }
        }
    )


class Sources(Schema):
    items: list[SourceOut]


class Campaigns(Schema):
    items: list[CampaignOut]


class Costs(Schema):
    items: list[CostOut]


@router.get("/sources", response=Sources, summary="All sources")
@looks_back("money")
def list_sources(request: HttpRequest) -> dict[str, Any]:
    actor = who(request)
    authorize(actor, "campaign.view")
    return {"items": list(Source.objects.visible_to(actor).order_by("id"))}


@router.post("/sources", response={201: SourceOut}, summary="Add a source")
def add_source(request: HttpRequest, response: HttpResponse, body: SourceIn) -> tuple[int, Source]:
    """422 `name_taken` when the code is used already."""
    actor = who(request)
    authorize(actor, "campaign.edit")
    source = services.add_source(**body.model_dump(), by=actor, now=timezone.now())
    versioned(response, source)
    return 201, source


@router.get("/sources/{code}", response=SourceOut, summary="Read a source")
def show_source(request: HttpRequest, response: HttpResponse, code: str) -> Source:
    source = find(who(request), "campaign.view", Source, code=code)
    versioned(response, source)
    return source


@router.patch("/sources/{code}", response=SourceOut, summary="Rename a source")
def edit_source(request: HttpRequest, response: HttpResponse, code: str, body: SourceEdit) -> Source:
    actor = who(request)
    source = find(actor, "campaign.edit", Source, code=code)
    history.claim_version(source, version=named_version(request), changes=body.given())
    source = services.edit_source(source, changes=body.given(), by=actor, now=timezone.now())
    versioned(response, source)
    return source


@router.get("/campaigns", response=Campaigns, summary="All campaigns")
@looks_back("money")
def list_campaigns(request: HttpRequest) -> dict[str, Any]:
    actor = who(request)
    authorize(actor, "campaign.view")
    return {"items": list(Campaign.objects.visible_to(actor).order_by("id"))}


@router.post("/campaigns", response={201: CampaignOut}, summary="Add a campaign")
def add_campaign(request: HttpRequest, response: HttpResponse, body: CampaignIn) -> tuple[int, Campaign]:
    actor = who(request)
    authorize(actor, "campaign.edit")
    campaign = services.add_campaign(**body.model_dump(), by=actor, now=timezone.now())
    versioned(response, campaign)
    return 201, campaign


@router.get("/campaigns/{code}", response=CampaignOut, summary="Read a campaign")
def show_campaign(request: HttpRequest, response: HttpResponse, code: str) -> Campaign:
    campaign = find(who(request), "campaign.view", Campaign, code=code)
    versioned(response, campaign)
    return campaign


@router.patch("/campaigns/{code}", response=CampaignOut, summary="Change a campaign")
def edit_campaign(request: HttpRequest, response: HttpResponse, code: str, body: CampaignFields) -> Campaign:
    actor = who(request)
    campaign = find(actor, "campaign.edit", Campaign, code=code)
    history.claim_version(campaign, version=named_version(request), changes=body.given())
    campaign = services.edit_campaign(campaign, changes=body.given(), by=actor, now=timezone.now())
    versioned(response, campaign)
    return campaign


@router.get("/costs", response=Costs, summary="Costs that fall into a period")
@looks_back("money")
def list_costs(request: HttpRequest, period: str = "this_year") -> dict[str, Any]:
    """`period`: 2026, 2026-Q4, 2026-11, 2026-11-01/2026-12-01 (the end left out), this_month, last_quarter …"""
    actor = who(request)
    authorize(actor, "campaign.view")
    wanted = parse_period(period, workspace.today(actor.at or timezone.now()))
    if wanted is None:
        raise Problem(422, "bad_period", _("A period is like 2026, 2026-Q4, 2026-11 or last_month."))
    return {"items": [_cost(cost) for cost in queries.costs_within(wanted)]}


@router.post("/costs", response={201: CostOut}, summary="Note what a source cost")
def add_cost(request: HttpRequest, body: CostIn) -> tuple[int, dict[str, Any]]:
    """422 `unknown_source`, `unknown_choice` (campaign), `period_is_empty`."""
    actor = who(request)
    authorize(actor, "campaign.edit")
    values = body.model_dump()
    source, campaign = queries.source_coded(values.pop("source")), queries.campaign_coded(values.pop("campaign"))
    if source is None:
        raise Problem(422, "unknown_source")
    cost = services.add_cost(source, campaign=campaign, **values, by=actor, now=timezone.now())
    return 201, _cost(cost)


def _cost(cost: Cost) -> dict[str, Any]:
    names = ("id", "period_start", "period_end", "amount", "currency", "note")
    told = {name: getattr(cost, name) for name in names}
    return {**told, "source": cost.source.code, "campaign": cost.campaign.code if cost.campaign else None}
