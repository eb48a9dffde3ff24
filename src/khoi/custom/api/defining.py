"""Fields of a workspace's own, for programs: what they are. Their values are read and written with their records."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema
from pydantic import ConfigDict, StringConstraints

from khoi.custom import services as custom
from khoi.custom.models import CustomField
from khoi.history import services as history
from khoi.team.api import Body, Moment, named_version, versioned, who
from khoi.team.queries import authorize, find

router = Router(tags=["fields"])

Object = Literal["lead", "person", "account", "opportunity"]
Type = Literal["text", "number", "money", "date", "choice", "multi_choice", "yes_no", "link"]
Asked = Literal["never", "asked", "required"]
Name = Annotated[str, StringConstraints(max_length=80)]
Code = Annotated[str, StringConstraints(pattern="^[a-z0-9_]{0,40}$")]


class ChoiceIn(Body):
    label: Name = ""
    label_vi: Name = ""
    code: Code = Field("", description="Left empty, that of the present choice of this name, or made from it")
    closed: bool = Field(False, description="No longer offered; it stays where it was chosen")


class ChoiceOut(Schema):
    code: str
    label: str
    label_vi: str = ""
    closed: bool = False


class FieldOut(Schema):
    object: Object
    key: str = Field(description="Under ``custom`` the value has this name, for ever")
    type: Type
    label: str
    label_vi: str
    choices: list[ChoiceOut]
    currency: str = Field(description='Of a field of money, else ""')
    asked: Asked = Field(description="Whether a page asks for it when a record is added")
    in_lists: bool = Field(description="A column and a filter of the list")
    position: int
    archived_at: Moment | None
    created_at: Moment


class FieldsOut(Schema):
    items: list[FieldOut]


class FieldIn(Body):
    object: Object
    type: Type
    label: Name = ""
    label_vi: Name = ""
    key: Code = Field("", description="Left empty, it is made from the label; it never changes")
    choices: list[ChoiceIn] = []
    currency: Annotated[str, StringConstraints(pattern="^([A-Z]{3})?$")] = Field(
        "", description="Of money; the workspace's unless named"
    )
    asked: Asked = "never"
    in_lists: bool = False

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "object": "lead",
                "type": "choice",
                "label": "Warehouse kind",
                "label_vi": "Loại kho",
                "choices": [{"label": "Own", "label_vi": "Kho nhà"}, {"label": "Rented", "label_vi": "Kho thuê"}],
                "in_lists": True,
            }
        }
    )


class FieldEdit(Body):
    """``choices`` are all of them, in order; one left out is closed."""

    label: Name = ""
    label_vi: Name = ""
    choices: list[ChoiceIn] = []
    asked: Asked = "never"
    in_lists: bool = False
    archived: bool = Field(False, description="True hides the field with its values, false takes it back into use")


@router.get("/fields", response=FieldsOut, summary="Fields of your own")
def list_fields(request: HttpRequest, object: Object | None = None, archived: bool = False) -> dict[str, Any]:  # noqa: A002
    """Those in use, in their order; with ``archived`` the archived ones too."""
    actor = who(request)
    authorize(actor, "field.view")
    fields = CustomField.objects.visible_to(actor).order_by("object", "position", "id")
    if object is not None:
        fields = fields.filter(object=object)
    return {"items": list(fields if archived else fields.filter(archived_at=None))}


@router.post("/fields", response={201: FieldOut}, summary="Add a field of your own")
def add_field(request: HttpRequest, response: HttpResponse, body: FieldIn) -> tuple[int, CustomField]:
    """422 ``required`` (label), ``name_taken``, ``not_a_key``, ``choices_needed``, ``no_choices_here``,
    ``choice_said_twice``, ``unknown_currency``, ``too_many_fields``."""
    actor = who(request)
    authorize(actor, "field.edit")
    given = {**body.model_dump(), "choices": [choice.given() for choice in body.choices]}
    field = custom.add_field(given.pop("object"), **given, by=actor, now=timezone.now())
    versioned(response, field)
    return 201, field


@router.get("/fields/{object}/{key}", response=FieldOut, summary="Read a field")
def show_field(request: HttpRequest, response: HttpResponse, object: Object, key: str) -> CustomField:  # noqa: A002
    field = find(who(request), "field.view", CustomField, object=object, key=key)
    versioned(response, field)
    return field


@router.patch("/fields/{object}/{key}", response=FieldOut, summary="Change or archive a field")
def edit_field(
    request: HttpRequest,
    response: HttpResponse,
    object: Object,  # noqa: A002
    key: str,
    body: FieldEdit,
) -> CustomField:
    """Key, type and currency stay what they are, so that every value keeps its meaning. An archived field keeps all
    its values; ``archived: false`` brings them back."""
    actor, now = who(request), timezone.now()
    field = find(actor, "field.edit", CustomField, object=object, key=key)
    changes = body.given()
    archived = changes.pop("archived", None)
    if "choices" in changes:
        changes["choices"] = [choice.given() for choice in body.choices]
    with history.act("edit_field", by=actor, now=now, subject=field):
        history.claim_version(field, version=named_version(request), changes=changes)
        field = custom.edit_field(field, changes=changes, by=actor, now=now)
        if archived is not None:
            (custom.archive_field if archived else custom.restore_field)(field, by=actor, now=now)
    versioned(response, field)
    return field
