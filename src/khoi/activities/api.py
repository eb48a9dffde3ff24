"""Tasks, and what was done, for programs."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema
from pydantic import StringConstraints

from khoi.activities import services as activities
from khoi.activities.models import Activity, Task
from khoi.history import services as history
from khoi.kit.refusals import Refusal
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.team.api import (
    Body,
    Day,
    Id,
    Moment,
    Page,
    PastOut,
    looks_back,
    named_version,
    page_of,
    past_of,
    versioned,
    who,
)
from khoi.team.models import User
from khoi.team.queries import authorize, find
from khoi.team.rules import Principal

router = Router(tags=["activities"])

Line = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=20_000)]
Kind = Literal["call", "meeting", "visit", "email", "sms", "zalo", "note"]
TaskKind = Literal["call", "meeting", "visit", "email", "sms", "zalo", "task"]
Outcome = Literal[
    "", "connected", "no_answer", "busy", "wrong_number", "left_message", "held", "no_show", "done", "cancelled"
]


class TaskOut(Schema):
    id: Id
    title: str
    kind: str
    note: str
    due_at: Moment | None
    done_at: Moment | None
    owner: Id
    person: Id | None
    lead: Id | None
    created_at: Moment


class TaskChanges(Body):
    title: Line = ""
    kind: TaskKind = "task"
    note: Text = ""
    due_at: Moment | None = None
    owner: Id | None = Field(None, description="A user's id")
    done: bool = Field(False, description="true ticks it off, false opens it again")


class TaskIn(Body):
    """Yours when no owner is named."""

    title: Line
    kind: TaskKind = "task"
    note: Text = ""
    due_at: Moment | None = None
    owner: Id | None = None
    person: Id | None = None
    lead: Id | None = None


class ActivityOut(Schema):
    id: Id
    kind: str
    direction: str
    outcome: str
    body: str
    person: Id
    lead: Id | None
    by: Id | None
    occurred_at: Moment
    created_at: Moment
    files: list[str] = Field(description="Names")


class ActivityIn(Body):
    """About a ``lead`` or a ``person``. ``direction``: out (we did), in (they did)."""

    kind: Kind
    lead: Id | None = None
    person: Id | None = None
    direction: Literal["out", "in"] = "out"
    outcome: Outcome = ""
    body: Text = ""
    occurred_at: Moment | None = None


@router.get("/tasks", response=Page[TaskOut], summary="List tasks")
@looks_back("tasks")
def list_tasks(
    request: HttpRequest,
    owner: str = "",
    lead: Id | None = None,
    person: Id | None = None,
    done: bool | None = None,
    after: str | None = None,
    limit: int = 100,
) -> dict[str, Any]:
    """The tasks you may see, oldest first. ``owner``: a user's id, or ``me``."""
    actor = who(request)
    authorize(actor, "task.view")
    rows = Task.objects.visible_to(actor).select_related("owner", "person", "lead")
    rows = _about(rows, lead, person)
    if done is not None:
        rows = rows.filter(done_at__isnull=not done)
    if owner:
        rows = rows.filter(owner=actor.id if owner == "me" else find(actor, "task.view", User, public_id=owner))
    return page_of(rows, shown_task, after=after, limit=limit)


def _about(rows: Any, lead: Id | None, person: Id | None) -> Any:
    if lead is not None:
        rows = rows.filter(lead__public_id=lead)
    return rows.filter(person__public_id=person) if person is not None else rows


@router.post("/tasks", response={201: TaskOut}, summary="Add a task")
def add_task(request: HttpRequest, response: HttpResponse, body: TaskIn) -> tuple[int, dict[str, Any]]:
    """Errors: 422 ``required`` (title), ``owner_inactive``; 404 when lead, person or owner is not there for you."""
    actor = who(request)
    authorize(actor, "task.create")
    given = _records(actor, body.given(), "task.create")
    given.setdefault("owner", find(actor, "task.create", User, pk=actor.id))
    task = activities.add_task(**given, by=actor, now=timezone.now())
    versioned(response, task)
    return 201, shown_task(task)


@router.get("/tasks/{uuid:task_id}", response=TaskOut | PastOut, summary="Read a task")
def show_task(
    request: HttpRequest,
    response: HttpResponse,
    task_id: Id,
    as_of: Day | None = None,
    known: Literal["now", "then"] = "now",
) -> dict[str, Any]:
    """With ``as_of`` what was there at the end of that day: what we know ``now`` about it, or what we showed
    ``then``."""
    task = find(who(request), "task.view", Task, public_id=task_id)
    if as_of is not None:
        return past_of(request, task, as_of, known)
    versioned(response, task)
    return shown_task(task)


@router.patch("/tasks/{uuid:task_id}", response=TaskOut, summary="Change a task, or tick it off")
def change_task(request: HttpRequest, response: HttpResponse, task_id: Id, body: TaskChanges) -> dict[str, Any]:
    """Errors: 422 ``required`` for an empty title; 409 ``changed_meanwhile``."""
    actor, now = who(request), timezone.now()
    task = find(actor, "task.edit", Task, public_id=task_id)
    changes = _records(actor, body.given(), "task.edit")
    done = changes.pop("done", None)
    if changes.get("title", "x").strip() == "":
        raise Refusal("required", "title")
    history.claim_version(task, version=named_version(request), changes=changes)
    with history.act("edit_task", by=actor, now=now, subject=task):
        if changes:
            task = activities.edit_task(task, changes=changes, by=actor, now=now)
        if done is not None:
            task = (activities.complete_task if done else activities.reopen_task)(task, by=actor, now=now)
    versioned(response, task)
    return shown_task(task)


@router.get("/activities", response=Page[ActivityOut], summary="List what was done")
@looks_back("activities")
def list_activities(
    request: HttpRequest,
    lead: Id | None = None,
    person: Id | None = None,
    kind: Kind | None = None,
    after: str | None = None,
    limit: int = 100,
) -> dict[str, Any]:
    """Calls, meetings, emails, messages and notes with the people you may see, oldest first."""
    actor = who(request)
    authorize(actor, "activity.view")
    rows = (
        Activity.objects.visible_to(actor).select_related("person", "lead", "by").prefetch_related("attachments__file")
    )
    rows = _about(rows, lead, person)
    return page_of(rows.filter(kind=kind) if kind else rows, shown_activity, after=after, limit=limit)


@router.post("/activities", response={201: ActivityOut}, summary="Log what was done")
def log_activity(request: HttpRequest, body: ActivityIn) -> tuple[int, dict[str, Any]]:
    """A first call, mail or meeting stops the lead's response clock and moves its work status.

    Errors: 422 ``required`` without lead and person, ``empty`` for a note without words; 404 when the lead or person
    is not there for you.
    """
    actor, now = who(request), timezone.now()
    authorize(actor, "activity.create")
    given = _records(actor, body.given(), "activity.create")
    lead: Lead | None = given.get("lead")
    person: Person | None = given.pop("person", None) or (lead.person if lead else None)
    if person is None:
        raise Refusal("required", "lead")
    if lead is not None and lead.person_id != person.pk:
        raise Refusal("not_in_workspace", "lead")
    if given.get("occurred_at") is not None:
        given["occurred_at"] = min(given["occurred_at"], now)
    return 201, shown_activity(activities.log_activity(person, **given, by=actor, now=now))


@router.get("/activities/{uuid:activity_id}", response=ActivityOut | PastOut, summary="Read what was done")
def show_activity(
    request: HttpRequest,
    response: HttpResponse,
    activity_id: Id,
    as_of: Day | None = None,
    known: Literal["now", "then"] = "now",
) -> dict[str, Any]:
    """``ETag`` is its version: name it in ``If-Match`` when deleting it.

    With ``as_of`` instead what was there at the end of that day: what we know ``now`` about it, or what we showed
    ``then``.
    """
    activity = find(who(request), "activity.view", Activity, public_id=activity_id)
    if as_of is not None:
        return past_of(request, activity, as_of, known)
    versioned(response, activity)
    return shown_activity(activity)


def _records(actor: Principal, given: dict[str, Any], action: str) -> dict[str, Any]:
    """Ids as the records they name, each seen with the actor's eyes; those given as null are left out."""
    models: dict[str, Any] = {"owner": User, "person": Person, "lead": Lead}
    found = {name: value for name, value in given.items() if not (name in models and value is None)}
    return {
        name: find(actor, action, models[name], public_id=value) if name in models else value
        for name, value in found.items()
    }


def shown_task(task: Task) -> dict[str, Any]:
    return {
        "id": task.public_id,
        "title": task.title,
        "kind": task.kind,
        "note": task.note,
        "due_at": task.due_at,
        "done_at": task.done_at,
        "owner": task.owner.public_id,
        "person": task.person.public_id if task.person else None,
        "lead": task.lead.public_id if task.lead else None,
        "created_at": task.created_at,
    }


def shown_activity(activity: Activity) -> dict[str, Any]:
    return {
        "id": activity.public_id,
        "kind": activity.kind,
        "direction": activity.direction,
        "outcome": activity.outcome,
        "body": activity.body,
        "person": activity.person.public_id,
        "lead": activity.lead.public_id if activity.lead else None,
        "by": activity.by.public_id if activity.by else None,
        "occurred_at": activity.occurred_at,
        "created_at": activity.created_at,
        "files": [attached.file.name for attached in activity.attachments.all()],
    }
