"""The shape in which a lead is told to a program, with the reasons for everything that was decided about it."""

from datetime import date
from typing import Any, Literal

from ninja import Field, Schema

from khoi.team.api import Id, Moment

Stage = Literal[
    "suspect", "lead", "prospect", "mql", "sal", "sql", "opportunity", "customer", "recycled", "disqualified"
]


class OwnerOut(Schema):
    id: Id
    full_name: str


class PersonOut(Schema):
    id: Id
    full_name: str
    job_title: str
    language: str
    emails: list[str]
    phones: list[str] = Field(description="E.164, the primary one first")


class AccountOut(Schema):
    id: Id
    name: str


class ExternalOut(Schema):
    system: str
    id: str


class ScoreOut(Schema):
    """Two axes that are never summed: who they are (fit) and what they do (engagement, which fades)."""

    engagement: int = Field(description="Whole points now; halves every half-life of the scorecard", examples=[42])
    fit_points: int
    fit_grade: str = Field(examples=["B"])


class ClauseOut(Schema):
    field: str = Field(examples=["engagement"])
    label: str = Field(examples=["Engagement"])
    op: str = Field(examples=["gte"])
    value: Any = Field(None, examples=[40])
    actual: Any = Field(None, examples=[23])


class OwnerWhy(Schema):
    """``basis``: routed, known_person, by_hand, imported or nobody_free; ``reason``: the figures it was chosen on."""

    basis: str
    rule: str | None
    reason: dict[str, Any]
    by: str | None
    at: Moment


class StageWhy(Schema):
    basis: str
    policy_version: int | None
    met: list[dict[str, Any]]
    reason: str
    note: str
    by: str | None
    at: Moment


class NextWhy(Schema):
    stage: str
    missing: list[ClauseOut]


class WhyOut(Schema):
    owner: OwnerWhy | None
    stage: StageWhy | None
    next: NextWhy | None = Field(description="What still stands before the next stage; null at the end")


class LineOut(Schema):
    rule: str
    name: str
    axis: Literal["fit", "engagement"]
    points_then: float = Field(description="When earned, after the cap")
    points_now: float = Field(description="After fading")
    capped_from: int | None
    at: Moment | None
    evidence: dict[str, Any]


class ScoreLines(ScoreOut):
    scorecard: str
    version: int
    half_life_days: int
    lines: list[LineOut]


class BantOut(Schema):
    kind: Literal["budget", "authority", "need", "timing"]
    amount: int | None
    amount_to: int | None
    currency: str
    role: str
    on_date: date | None
    band: str
    text: str
    impact: str
    cost_of_waiting: str
    confidence: int
    evidence: str
    occurred_at: Moment


class LeadOut(Schema):
    id: Id
    person: PersonOut
    account: AccountOut | None
    company_name: str
    need: str
    message: str
    industry: str
    employees: int | None
    region: str
    source: str | None = Field(description="Code; see GET /api/sources")
    channel: str
    campaign: str | None
    landing_page: str
    referrer: str
    utm: dict[str, str]
    claims: dict[str, Any] = Field(description="What an anonymous sender said of a person we knew; not believed yet")
    extras: dict[str, Any]
    custom: dict[str, Any] = Field(description="Values of the fields of your own that are filled, by key")
    external_ids: list[ExternalOut]
    stage: Stage
    work_status: Literal["new", "attempting", "contacted", "nurturing", "closed"]
    exit_reason: str
    return_on: date | None
    temperature: Literal["cold", "warm", "hot"]
    owner: OwnerOut | None
    score: ScoreOut
    bant: list[BantOut] = Field(description="The facts that hold, at most one of each kind")
    accepted_at: Moment | None
    respond_by: Moment | None = Field(description="When a first contact was promised at the latest")
    responded_at: Moment | None
    arrived_at: Moment
    created_at: Moment
    why: WhyOut
