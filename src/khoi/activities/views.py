"""The list of tasks, and logging what was done."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from khoi.activities import queries
from khoi.activities import services as activities
from khoi.activities.forms import LogForm, TaskForm, outcomes_of
from khoi.activities.models import Attachment, Task
from khoi.design.views import posted, tell
from khoi.history import services as history
from khoi.history.models import Act
from khoi.kit.refusals import Refusal
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.team.models import User
from khoi.team.queries import Hidden, find
from khoi.team.rules import Principal
from khoi.team.views import allowed, next_of
from khoi.team.views.doing import changed, question
from khoi.workspace import services as workspace
from khoi.workspace.models import File
from khoi.workspace.views import attachment


def _done(request: HttpRequest, said: str, act: Act) -> None:
    if act.position is not None:
        tell(request, said, act_id=act.pk)


@require_safe
@allowed("task.view")
def tasks(request: HttpRequest, actor: Principal) -> HttpResponse:
    """``?whose=mine|all`` and ``?view=done`` for what was done in the last week."""
    sees_others = actor.visibility != "own"
    whose = request.GET.get("whose", "")
    if whose not in {"mine", "all"}:
        whose = "mine" if actor.role in {"rep", "partner"} else "all"
    whose = whose if sees_others else "mine"
    now = actor.at or timezone.now()
    rows = queries.tasks_of(actor, whose=whose)
    zone = timezone.get_current_timezone()
    view = request.GET.get("view", "")
    finished = view == "done"
    context = {
        "now": now,
        "whose": whose,
        "sees_others": sees_others,
        "finished": finished,
        "groups": [] if finished else queries.open_groups(rows, view=view, now=now, zone=ZoneInfo(str(zone))),
        "done": queries.done_lately(rows, now=now) if finished else [],
        "may_edit": actor.may("task.edit"),
        "may_see_history": actor.may("act.view"),
    }
    return render(request, "activities/tasks.html", context)


@allowed("task.create")
def add(request: HttpRequest, actor: Principal) -> HttpResponse:
    back = next_of(request, reverse("activities:tasks"))
    me = find(actor, "task.create", User, pk=actor.id)
    form = TaskForm(posted(request), actor=actor, initial={"owner": me.public_id})
    if request.method == "POST" and form.is_valid():
        now, typed = timezone.now(), dict(form.cleaned_data)
        try:
            with history.act("add_task", by=actor, now=now) as act:
                activities.add_task(**typed, by=actor, now=now)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            _done(request, _("Task added."), act)
            return redirect(back)
    return _ask(request, form, title=_("Add a task"), action=_("Add"), back=back)


@allowed("task.edit")
def edit(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    task = find(actor, "task.edit", Task, public_id=public_id)
    back = next_of(request, reverse("activities:tasks"))
    shown = {name: getattr(task, name) for name in ("title", "kind", "due_at", "note")}
    shown["owner"] = task.owner.public_id
    form = TaskForm(posted(request), actor=actor, initial=shown)

    def edit(changes: dict[str, Any], now: datetime) -> None:
        activities.edit_task(task, changes=changes, by=actor, now=now)

    if changed(request, actor, form, "edit_task", task, edit, _("Task changed.")):
        return redirect(back)
    delete_url = reverse("lifecycle:delete_task", args=[task.public_id]) if actor.may("task.delete") else ""
    title, save = _("Change the task"), _("Save")
    return question(request, form, title=title, label=save, back=back, record=task, delete_url=delete_url)


def _ask(request: HttpRequest, form: Any, *, title: str, action: str, back: str) -> HttpResponse:
    context = {
        "title": title,
        "action_url": request.path,
        "action_label": action,
        "back_url": back,
        "form": form,
        "hidden": {"next": back},
    }
    return render(request, "design/confirm_page.html", context, status=422 if form.errors else 200)


@require_POST
@allowed("task.edit")
def complete(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    task = find(actor, "task.edit", Task, public_id=public_id)
    now = timezone.now()
    with history.act("complete_task", by=actor, now=now, subject=task) as act:
        activities.complete_task(task, by=actor, now=now)
    _done(request, _("Done: %(title)s") % {"title": task.title}, act)
    return redirect(next_of(request, reverse("activities:tasks")))


@require_POST
@allowed("task.edit")
def reopen(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    task = find(actor, "task.edit", Task, public_id=public_id)
    now = timezone.now()
    with history.act("reopen_task", by=actor, now=now, subject=task) as act:
        activities.reopen_task(task, by=actor, now=now)
    _done(request, _("Open again: %(title)s") % {"title": task.title}, act)
    return redirect(next_of(request, reverse("activities:tasks")))


@allowed("activity.create")
def log(request: HttpRequest, actor: Principal) -> HttpResponse:
    """What was done with a person, or is to be done: the composer's door, and the dialog after a call."""
    person, lead = _about(request, actor)
    back = next_of(request, "/")
    if request.method != "POST":
        return _log_page(request, LogForm(initial={"kind": request.GET.get("kind", "call")}), person, lead, back)
    form = LogForm(request.POST, request.FILES)
    if form.is_valid():
        now = timezone.now()
        try:
            with history.act("log_activity", by=actor, now=now, subject=person) as act:
                said = _write(form.cleaned_data, person, lead, actor, now)
        except Refusal as refusal:
            form.add_error("text", str(refusal))
        else:
            _done(request, said, act)
            return redirect(back)
    return _log_page(request, form, person, lead, back)


def _about(request: HttpRequest, actor: Principal) -> tuple[Person, Lead | None]:
    named = request.POST if request.method == "POST" else request.GET
    if lead_id := named.get("lead"):
        lead = find(actor, "activity.create", Lead, public_id=lead_id)
        return lead.person, lead
    if person_id := named.get("person"):
        return find(actor, "activity.create", Person, public_id=person_id), None
    raise Hidden


def _write(typed: dict[str, Any], person: Person, lead: Lead | None, actor: Principal, now: Any) -> str:
    """The activity or the task, and what was agreed as next. Returns what to say."""
    if typed["kind"] == "task":
        _plan(typed["text"], typed["due_at"], person, lead, actor, now)
        return _("Task added.")
    kept = [workspace.store_file(up.chunks(), name=up.name, by=actor, now=now) for up in typed["attached"]]
    activities.log_activity(
        person,
        kind=typed["kind"],
        lead=lead,
        outcome=typed["outcome"],
        body=typed["text"],
        occurred_at=min(typed["occurred_at"], now) if typed["occurred_at"] else None,
        files=kept,
        by=actor,
        now=now,
    )
    if typed["next_title"].strip():
        _plan(typed["next_title"], typed["next_due"], person, lead, actor, now)
    return _("Note saved.") if typed["kind"] == "note" else _("Logged.")


def _plan(title: str, due_at: Any, person: Person, lead: Lead | None, actor: Principal, now: Any) -> None:
    """The first line is the title, the rest the note; whoever writes it does it."""
    first, _line, rest = title.strip().partition("\n")
    me = find(actor, "task.create", User, pk=actor.id)
    activities.add_task(title=first, note=rest, owner=me, person=person, lead=lead, due_at=due_at, by=actor, now=now)


def _log_page(request: HttpRequest, form: LogForm, person: Person, lead: Lead | None, back: str) -> HttpResponse:
    kind = str(form["kind"].value() or "call")
    context = {
        "form": form,
        "person": person,
        "lead": lead,
        "kind": kind,
        "outcomes": outcomes_of(kind),
        "phones": [point for point in person.contact_points.all() if point.kind == "phone"],
        "back": back,
    }
    return render(request, "activities/log.html", context, status=422 if form.errors else 200)


@require_safe
@allowed("activity.view")
def file(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponseBase:
    """A file somebody attached, for whoever sees the activity it hangs on."""
    attached = find(actor, "activity.view", Attachment, file__public_id=public_id)
    kept: File = attached.file
    return attachment(kept)
