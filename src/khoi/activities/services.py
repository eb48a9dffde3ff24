"""Tasks to do, and what was done."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from khoi.activities.models import Activity, ActivityKind, Attachment, Outcome, Task
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.db.writing import stored
from khoi.kit.refusals import Refusal
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.team.models import User
from khoi.workspace.models import File

TASK_FIELDS = frozenset({"title", "note", "due_at", "owner", "kind"})


def log_activity(
    person: Person,
    *,
    kind: str,
    lead: Lead | None = None,
    outcome: str = "",
    body: str = "",
    direction: str = "out",
    occurred_at: datetime | None = None,
    files: Iterable[File] = (),
    by: Actor,
    now: datetime,
) -> Activity:
    """A call, meeting, email, message or note that happened. A first touch answers the response clock
    and moves the work status (see lifecycle)."""
    if kind not in ActivityKind.values or kind == ActivityKind.TASK:
        raise Refusal("unknown_choice", "kind", value=kind)
    if outcome and outcome not in Outcome.values:
        raise Refusal("unknown_choice", "outcome", value=outcome)
    files = list(files)
    if kind == ActivityKind.NOTE and not body.strip() and not files:
        raise Refusal("empty", "body")
    with history.act("log_activity", by=by, now=now, occurred_at=occurred_at, subject=person):
        activity = stored(
            Activity(
                person=person,
                lead=lead,
                kind=kind,
                direction="" if kind == ActivityKind.NOTE else direction,
                outcome=outcome,
                body=body.strip(),
                by_id=by.id,
                occurred_at=occurred_at or now,
                created_at=now,
            )
        )
        Attachment.objects.bulk_create([Attachment(activity=activity, file=file) for file in files])
    return activity


def add_task(
    *,
    title: str,
    owner: User,
    kind: str = ActivityKind.TASK,
    person: Person | None = None,
    lead: Lead | None = None,
    due_at: datetime | None = None,
    note: str = "",
    by: Actor,
    now: datetime,
) -> Task:
    if not title.strip():
        raise Refusal("required", "title")
    if kind not in ActivityKind.values:
        raise Refusal("unknown_choice", "kind", value=kind)
    if not owner.is_active:
        raise Refusal("owner_inactive", "owner", value=str(owner))
    with history.act("add_task", by=by, now=now, subject=person or (lead.person if lead else None)):
        return Task.objects.create(
            title=title.strip()[:200],
            kind=kind,
            owner=owner,
            person=person or (lead.person if lead else None),
            lead=lead,
            due_at=due_at,
            note=note.strip(),
            created_at=now,
        )


def edit_task(task: Task, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> Task:
    if unknown := changes.keys() - TASK_FIELDS:
        raise Refusal("unknown_field", sorted(unknown)[0], value=sorted(unknown)[0])
    with history.act("edit_task", by=by, now=now, subject=task):
        for name, value in changes.items():
            setattr(task, name, value)
        task.save(update_fields=list(changes))
    return task


def complete_task(task: Task, *, by: Actor, now: datetime) -> Task:
    """Done once; a second click changes nothing."""
    with history.act("complete_task", by=by, now=now, subject=task):
        Task.objects.filter(pk=task.pk, done_at=None).update(done_at=now)
    task.refresh_from_db()
    return task


def reopen_task(task: Task, *, by: Actor, now: datetime) -> Task:
    with history.act("reopen_task", by=by, now=now, subject=task):
        Task.objects.filter(pk=task.pk).update(done_at=None)
    task.refresh_from_db()
    return task
