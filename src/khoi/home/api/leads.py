"""The list of leads for programs: the filters and the order of the page, one part at a time."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Schema
from pydantic import StringConstraints

from khoi.custom import queries as fields
from khoi.custom.api import Where, asked_of, sort_of
from khoi.home.queries.rows import LeadRow, rows_of
from khoi.leads import api as leads_api
from khoi.leads import queries as leads
from khoi.leads.models import Lead, LeadSet
from khoi.team.api import Id, Moment, Page, looks_back, who
from khoi.team.queries import authorize

#: The routes of one address stand in one router; POST /leads is lifecycle's.
collection = leads_api.router

Stage = Literal[
    "suspect", "lead", "prospect", "mql", "sal", "sql", "opportunity", "customer", "recycled", "disqualified"
]
Temperature = Literal["cold", "warm", "hot"]
WorkStatus = Literal["new", "attempting", "contacted", "nurturing", "closed"]


class NamedOut(Schema):
    id: Id
    full_name: str


class StepOut(Schema):
    id: Id
    title: str
    due_at: Moment | None


class LeadLine(Schema):
    id: Id
    person: NamedOut
    company: str
    need: str
    stage: Stage
    work_status: WorkStatus
    temperature: Temperature
    engagement: int = Field(description="Whole points now; they fade", examples=[42])
    fit_grade: str = Field(examples=["B"])
    owner: NamedOut | None
    source: str | None = Field(description="Code")
    next_step: StepOut | None
    respond_by: Moment | None
    responded_at: Moment | None
    last_sign_at: Moment | None
    arrived_at: Moment
    custom: dict[str, Any] = Field(description="Values of the fields of your own that are filled, by key")


class LeadQuery(Schema):
    view: Literal["mine", "new", "hot", "team", "all"] = "all"
    q: str = ""
    stage: list[Stage] = []
    temperature: list[Temperature] = []
    work_status: list[WorkStatus] = []
    source: list[str] = []
    owner: str = ""
    where: Where = ""
    sort: Annotated[str, StringConstraints(pattern=r"^(score|arrived|clock|-?custom\.[a-z0-9_]{1,40})$")] = "arrived"
    after: str = ""
    limit: int = 100


@collection.get("/leads", response=Page[LeadLine], summary="List leads")
@looks_back("leads")
def list_leads(request: HttpRequest, asked: Query[LeadQuery]) -> dict[str, Any]:
    """The leads you may see; every ``view`` but ``all`` leaves out those that ended, unless ``stage`` names them.

    ``owner`` is a user's id, ``me`` or ``none``; ``q`` are beginnings of words of name, company, need and email, or
    digits of a phone. ``sort``: ``score`` highest first, ``arrived`` latest first, ``clock`` whose first answer is due
    first, ``custom.<key>`` by a field of your own from the least up, ``-custom.<key>`` from the most down.

    ``where`` is a condition over fields of your own as JSON, like ``{"field": "custom.size", "op": "in", "value":
    ["large"]}``, or several in ``{"all": […]}``; 422 ``bad_condition`` says where it is wrong.

    ``after`` takes the ``next`` of an earlier part with the same filters and sort; ``limit`` is 1 to 500.
    """
    actor = who(request)
    authorize(actor, "lead.view")
    wanted = leads.LeadFilter(
        asked.view,
        asked.q[:100].replace("\0", ""),
        tuple(asked.stage),
        tuple(asked.temperature),
        tuple(asked.work_status),
        tuple(asked.source),
        asked.owner,
        asked_of(Lead, asked.where, now=actor.at),
    )
    part = _part(leads.leads_matching(actor, wanted), asked, size=min(max(asked.limit, 1), 500))
    rows = rows_of(part.leads, actor=actor, now=actor.at or timezone.now())
    custom = fields.told_of(part.leads)
    items = [{**_line(row), "custom": custom.get(row.lead.pk, {})} for row in rows]
    return {"items": items, "next": part.after or None}


def _part(rows: LeadSet, asked: LeadQuery, *, size: int) -> leads.Part:
    if not asked.sort.removeprefix("-").startswith("custom."):
        return leads.part_of(rows, sort=asked.sort, after=asked.after, size=size)
    field, down = sort_of(Lead, asked.sort), asked.sort.startswith("-")
    return leads.part_by_own(rows, field, down=down, after=asked.after, size=size)


def _line(row: LeadRow) -> dict[str, Any]:
    lead, step = row.lead, row.next_step
    return {
        "id": lead.public_id,
        "person": {"id": lead.person.public_id, "full_name": lead.person.full_name},
        "company": row.company,
        "need": lead.need,
        "stage": lead.lifecycle_stage,
        "work_status": lead.work_status,
        "temperature": lead.temperature,
        "engagement": row.points,
        "fit_grade": lead.fit_grade,
        "owner": {"id": lead.owner.public_id, "full_name": str(lead.owner)} if lead.owner else None,
        "source": lead.source.code if lead.source else None,
        "next_step": {"id": step.public_id, "title": step.title, "due_at": step.due_at} if step else None,
        "respond_by": lead.respond_by,
        "responded_at": lead.responded_at,
        "last_sign_at": row.last_sign,
        "arrived_at": lead.arrived_at,
    }
