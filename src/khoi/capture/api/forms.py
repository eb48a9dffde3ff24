"""Public forms for programs: read them, build one, change one."""

from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Field, Router, Schema
from pydantic import ConfigDict, StringConstraints

from khoi.campaigns.api import ChannelCode
from khoi.capture import services
from khoi.capture.models import Form
from khoi.capture.queries import forms as queries
from khoi.history import services as history
from khoi.team.api import Body, Moment, named_version, versioned, who
from khoi.team.queries import authorize, find

router = Router(tags=["forms"])

Line = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=2000)]
Step = Annotated[list[Line], Field(min_length=1, max_length=2)]


OwnCode = Annotated[str, StringConstraints(pattern=r"^(person\.)?custom\.[a-z][a-z0-9_]{0,39}$")]
Code = Literal[
    "name",
    "phone",
    "email",
    "company",
    "job_title",
    "employees",
    "industry",
    "region",
    "need",
    "message",
]


class QuestionIn(Body):
    code: Code | OwnCode = Field(description="Or a field of your own: custom.<key> of the lead, person.custom.<key>")
    required: bool = False


class TextsIn(Body):
    """The words of a form in one language. ``{minutes}`` in the intro stands for the promised working minutes."""

    title: Line
    intro: Text = ""
    steps: Annotated[list[Step], Field(max_length=6)] = []
    button: Line
    thanks: Line
    consent: Text = Field(description="Beside a box never ticked beforehand; other words are another version")
    marketing: Text = ""
    about_data: Text = ""


class Languages(Body):
    vi: TextsIn | None = None
    en: TextsIn | None = None


class FormFields(Body):
    slug: Annotated[str, StringConstraints(pattern="^[-a-z0-9_]{1,60}$")] = ""
    name: Annotated[str, StringConstraints(min_length=1, max_length=120)] = ""
    fields: Annotated[list[QuestionIn], Field(min_length=1, max_length=30)] = []
    texts: Languages = Languages()
    source: Annotated[str, StringConstraints(max_length=60)] = ""
    channel: ChannelCode = "website"
    campaign: Annotated[str, StringConstraints(max_length=60)] = ""
    touch_kind: Literal["form", "price_request", "demo_request"] = "form"
    embed_on: Annotated[list[Line], Field(max_length=20)] = Field(
        [], description="Sites that may show it in a frame, like https://www.name.vn"
    )
    is_live: bool = False


class FormIn(FormFields):
    slug: Annotated[str, StringConstraints(pattern="^[-a-z0-9_]{1,60}$")]
    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    fields: Annotated[list[QuestionIn], Field(min_length=1, max_length=30)]
    texts: Languages

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "slug": "xem-demo",
                "name": "Xin xem demo",
                "fields": [{"code": "name", "required": True}, {"code": "phone", "required": True}],
                "texts": {
                    "vi": {
                        "title": "Xem tận mắt trong 30 phút",
                        "button": "Hẹn tôi",
                        "thanks": "Đã nhận, hẹn gặp bạn",
                        "consent": "Gọi cho tôi về buổi demo này.",
                    }
                },
                "source": "landing_page",
                "touch_kind": "demo_request",
                "is_live": True,
            }
        }
    )


class FormOut(Schema):
    id: int
    slug: str
    url: str
    name: str
    fields: list[dict[str, Any]]
    texts: dict[str, Any]
    consent_version: int
    consent_changed_at: Moment
    source: str | None
    channel: str
    campaign: str | None
    touch_kind: str
    embed_on: list[str]
    is_live: bool
    created_at: Moment


class FormRow(FormOut):
    submissions: int
    leads: int
    held: int = Field(description="Taken for spam")
    last_at: Moment | None


class Forms(Schema):
    items: list[FormRow]


@router.get("/forms", response=Forms, summary="All forms, with what came in through each")
def list_forms(request: HttpRequest) -> dict[str, Any]:
    actor = who(request)
    authorize(actor, "form.view")
    rows = queries.forms_with_counts(actor)
    counts = ("submissions", "leads", "held", "last_at")
    return {"items": [shown_form(row.form) | {name: getattr(row, name) for name in counts} for row in rows]}


@router.post("/forms", response={201: FormOut}, summary="Build a form")
def add_form(request: HttpRequest, response: HttpResponse, body: FormIn) -> tuple[int, dict[str, Any]]:
    """422 `name_taken` (slug), `form_unreachable` (it asks for neither phone nor email), `unknown_field` (no such
    field of your own is in use), `unknown_source`."""
    actor = who(request)
    authorize(actor, "form.edit")
    form = services.add_form(**_values(body, body.model_dump()), by=actor, now=timezone.now())
    versioned(response, form)
    return 201, shown_form(form)


@router.get("/forms/{int:form_id}", response=FormOut, summary="Read a form")
def show_form(request: HttpRequest, response: HttpResponse, form_id: int) -> dict[str, Any]:
    form = find(who(request), "form.view", Form, pk=form_id)
    versioned(response, form)
    return shown_form(form)


@router.patch("/forms/{int:form_id}", response=FormOut, summary="Change a form, publish it or take it off the web")
def edit_form(request: HttpRequest, response: HttpResponse, form_id: int, body: FormFields) -> dict[str, Any]:
    """Only what is sent is changed, `fields` and `texts` each as a whole. Other words of consent raise
    `consent_version`. `If-Match` names the version, as everywhere."""
    actor = who(request)
    form = find(actor, "form.edit", Form, pk=form_id)
    changes = _values(body, body.given())
    plain = {name: value for name, value in changes.items() if name not in ("source", "campaign")}
    history.claim_version(form, version=named_version(request), changes=plain)
    form = services.edit_form(form, changes=changes, by=actor, now=timezone.now())
    versioned(response, form)
    return shown_form(form)


def _values(body: FormFields, given: dict[str, Any]) -> dict[str, Any]:
    """What the services take: questions and words as plain data, languages that were not sent left out."""
    values = dict(given)
    if "fields" in values:
        values["fields"] = [question.model_dump() for question in body.fields]
    if "texts" in values:
        values["texts"] = body.texts.model_dump(exclude_none=True)
    return values


def shown_form(form: Form) -> dict[str, Any]:
    names = (
        *("id", "slug", "name", "fields", "texts", "consent_version", "consent_changed_at"),
        *("channel", "touch_kind", "embed_on", "is_live", "created_at"),
    )
    return {
        **{name: getattr(form, name) for name in names},
        "url": f"{settings.BASE_URL}{reverse('capture:public_form', args=[form.slug])}",
        "source": form.source.code if form.source else None,
        "campaign": form.campaign.code if form.campaign else None,
    }
