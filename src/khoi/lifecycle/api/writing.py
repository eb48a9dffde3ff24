"""Bringing leads in, reading one, changing one."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Router
from pydantic import ConfigDict, JsonValue, StringConstraints

from khoi.campaigns import queries as campaigns
from khoi.campaigns.api import Channel
from khoi.custom import queries as fields
from khoi.custom import services as custom
from khoi.history import services as history
from khoi.leads import api as leads_api
from khoi.leads import services as leads
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.lifecycle.api.shown import LeadOut, ScoreLines
from khoi.lifecycle.queries.telling import shown_lead, shown_score
from khoi.team.api import (
    Body,
    Custom,
    Day,
    Id,
    PastOut,
    looks_back,
    named_version,
    past_of,
    version_if_named,
    versioned,
    who,
)
from khoi.team.queries import authorize, find
from khoi.team.rules import Principal

Line = Annotated[str, StringConstraints(max_length=200)]
Short = Annotated[str, StringConstraints(max_length=80)]
Address = Annotated[str, StringConstraints(max_length=500)]
Touch = Literal[
    "",
    "form",
    "price_request",
    "demo_request",
    "page_view",
    "pricing_view",
    "download",
    "webinar",
    "event",
    "email_reply",
    "call_in",
    "chat",
]
router = Router(tags=["leads"])
#: The routes of one address stand in one router, so POST /leads joins the list of leads.
collection = leads_api.router

EXAMPLE: dict[str, JsonValue] = {
    "full_name": "Nguyễn Thị Mai Chi",
    "emails": ["chi@lasen.example"],
    "phones": ["0901 000 123"],
    "job_title": "Trưởng phòng vận hành",
    "company_name": "Bao bì Lá Sen",
    "employees": 45,
    "need": "Đếm kho bằng mã vạch, 3 kho",
    "source": "landing_page",
    "channel": "ads",
    "utm": {"utm_source": "google", "utm_campaign": "kho-q4"},
    "touch": "price_request",
    "external": {"system": "website", "id": "enquiry-10482"},
}


System = Annotated[str, StringConstraints(min_length=1, max_length=40)]
IdThere = Annotated[str, StringConstraints(min_length=1, max_length=120)]


class External(Body):
    """The lead's id in another system; each names one lead for ever."""

    system: System
    id: IdThere


class LeadFields(Body):
    """What a program may write of a lead. Owner, stage, score and clock are decided by rules, each with its reason."""

    company_name: Line = ""
    need: Line = ""
    message: Annotated[str, StringConstraints(max_length=20_000)] = ""
    industry: Short = ""
    employees: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    region: Short = ""
    source: Annotated[str, StringConstraints(max_length=60)] = Field("", description="Code of a source")
    channel: Channel = ""
    campaign: Annotated[str, StringConstraints(max_length=60)] = Field("", description="Code of a campaign")
    landing_page: Address = ""
    custom: Custom = {}


class PutIn(LeadFields):
    """The person, by name and addresses, and the enquiry."""

    full_name: Line = ""
    emails: Annotated[list[Annotated[str, StringConstraints(max_length=320)]], Field(max_length=20)] = []
    phones: Annotated[list[Annotated[str, StringConstraints(max_length=60)]], Field(max_length=20)] = []
    job_title: Line = ""
    language: Literal["", "vi", "en"] = ""
    referrer: Address = ""
    utm: dict[Short, Line] = {}
    touch: Touch = Field("", description="What they did to reach us; it earns points")
    touch_title: Line = ""


class LeadIn(PutIn):
    external: External | None = None

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})


class LeadChanges(LeadFields):
    """Only the fields that are sent are changed."""

    model_config = ConfigDict(json_schema_extra={"example": {"need": "Đếm kho bằng mã vạch, 5 kho", "employees": 60}})


def enquiry_of(body: PutIn, external: tuple[str, str] | None) -> lifecycle.Enquiry:
    return lifecycle.Enquiry(
        **{name: getattr(body, name) for name in LeadFields.model_fields if name != "custom"},
        custom=fields.read_values(Lead, body.custom),
        full_name=body.full_name,
        emails=tuple(body.emails),
        phones=tuple(body.phones),
        job_title=body.job_title,
        language=body.language,
        referrer=body.referrer,
        utm=body.utm,
        touch_kind=body.touch,
        touch_title=body.touch_title,
        external=external,
    )


@collection.post("/leads", response={201: LeadOut}, summary="Bring a lead in")
def create_lead(request: HttpRequest, response: HttpResponse, body: LeadIn) -> tuple[int, dict[str, Any]]:
    """Recognises the person by email or phone (or adds them), opens a lead, scores it, judges its stage, gives it
    its owner and starts the response clock, all in one transaction. `why` in the answer says on what grounds.

    Send an `Idempotency-Key`: repeated with the same body, the first answer comes again and nothing is done twice.
    The answer does not tell whether the person was known.

    Errors: 422 `not_an_email`, `not_a_phone`, `unknown_source`, `unknown_choice` (campaign), `external_id_taken`;
    422 `unknown_field`, `not_a_number`, `not_money`, `not_a_date`, `not_a_link` … for a value under `custom`;
    422 `invalid` for a field that does not exist, is not yours to write, or has the wrong type.
    """
    actor, now = who(request), timezone.now()
    authorize(actor, "lead.create")
    external = (body.external.system, body.external.id) if body.external else None
    lead = lifecycle.capture_lead(enquiry_of(body, external), by=actor, now=now).lead
    versioned(response, lead)
    return 201, shown_lead(lead, now=now)


@router.get("/leads/{uuid:lead_id}", response=LeadOut | PastOut, summary="Read a lead with its reasons")
def show_lead(
    request: HttpRequest,
    response: HttpResponse,
    lead_id: Id,
    as_of: Day | None = None,
    known: Literal["now", "then"] = "now",
) -> dict[str, Any]:
    """Everything known of the lead. `ETag` is its version: name it in `If-Match` when changing it.

    With `as_of` instead what was there at the end of that day: what we know `now` about it, or what we showed `then`.
    """
    lead = find(who(request), "lead.view", Lead, public_id=lead_id)
    if as_of is not None:
        return past_of(request, lead, as_of, known)
    versioned(response, lead)
    return shown_lead(lead, now=timezone.now())


@router.patch("/leads/{uuid:lead_id}", response=LeadOut, summary="Change fields of a lead")
def change_lead(request: HttpRequest, response: HttpResponse, lead_id: Id, body: LeadChanges) -> dict[str, Any]:
    """Name the version you changed in `If-Match`. If somebody else changed other fields meanwhile, both changes
    stand. If they changed the same field to something else, nothing is written: 409 `changed_meanwhile` with
    `conflicts`, for each field `mine`, `theirs` and `base`, and the present `version`. 428 without `If-Match`.
    """
    actor, now = who(request), timezone.now()
    lead = find(actor, "lead.edit", Lead, public_id=lead_id)
    changes = _records(actor, body.given())
    custom.claim_version(lead, version=named_version(request), changes=changes)
    lead = leads.edit_lead(lead, changes=changes, by=actor, now=now)
    versioned(response, lead)
    return shown_lead(lead, now=now)


@router.put(
    "/leads/by-external-id/{system}/{path:external_id}",
    response={200: LeadOut, 201: LeadOut},
    summary="Bring a lead in, or up to date, by its id elsewhere",
)
def put_lead(
    request: HttpRequest, response: HttpResponse, system: System, external_id: IdThere, body: PutIn
) -> tuple[int, dict[str, Any]]:
    """The first time it is as `POST /api/leads` (201). After that the values sent replace those of the lead (200);
    of the person blanks are filled and addresses added. Sending the same again changes nothing and leaves no trace,
    so it is safe to repeat, with or without an `Idempotency-Key`. `If-Match` is not needed here; where it is sent, it
    is kept to as in `PATCH`: 409 `changed_meanwhile`, also when there is no such lead yet.

    In the address `external_id` may hold a slash (`/` or `%2F`), `system` may not. Partners and tokens with narrow
    sight mean the leads they see or brought in themselves: an id that names a hidden lead is free to them. 404 for a
    lead they brought in and see no longer.
    """
    actor, now = who(request), timezone.now()
    external = system, external_id
    known = lifecycle.lead_referred_to(external, by=actor)
    if known is None:
        authorize(actor, "lead.create")
    else:
        authorize(actor, "lead.edit", known)
    given = _records(actor, {k: v for k, v in body.given().items() if k in leads.EDITABLE})
    if (version := version_if_named(request)) is not None:
        _claim(known, version, given)
    lead, is_new = lifecycle.put_lead(enquiry_of(body, external), external=external, given=given, by=actor, now=now)
    versioned(response, lead)
    return 201 if is_new else 200, shown_lead(lead, now=now)


@router.get("/leads/{uuid:lead_id}/score", response=ScoreLines, summary="Every line of a lead's score")
@looks_back("leads")
def show_score(request: HttpRequest, lead_id: Id) -> dict[str, Any]:
    """What earned how many points when, what the cap cut, and what is left of it today. The lines add up."""
    actor = who(request)
    lead = find(actor, "lead.view", Lead, public_id=lead_id)
    return shown_score(lead, now=actor.at or timezone.now())


def _claim(known: Lead | None, version: int, given: dict[str, Any]) -> None:
    """Who names a version knows the lead; one that nobody brought in yet has none."""
    if known is None:
        raise history.Stale({}, 0)
    custom.claim_version(known, version=version, changes=given)


def _records(actor: Principal, changes: dict[str, Any]) -> dict[str, Any]:
    """Codes of source and campaign as records, so that a clash compares like with like; custom values typed."""
    found = dict(changes)
    if "custom" in found:
        found["custom"] = fields.read_values(Lead, found["custom"])
    if "source" in found:
        found["source"] = campaigns.source_coded(found["source"])
    if "campaign" in found:
        found["campaign"] = campaigns.campaign_coded(found["campaign"])
    return found
