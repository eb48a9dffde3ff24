"""What is done with a lead from its page: taken, handed back, put out, given on."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from khoi.activities import services as activities
from khoi.design.views import posted
from khoi.history import services as history
from khoi.home.forms.verbs import DisqualifyForm, HandBackForm, LaterForm, OverrideForm, OwnerForm
from khoi.home.views.telling import ask, done, refuse
from khoi.kit.refusals import Refusal
from khoi.leads.models import Lead
from khoi.qualification import services as qualification
from khoi.routing import services as routing
from khoi.team.models import User
from khoi.team.queries import find
from khoi.team.rules import Principal
from khoi.team.views import allowed, next_of


def page_of(lead: Lead) -> str:
    return reverse("home:lead", args=[lead.public_id])


@require_POST
@allowed("lead.qualify")
def accept(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    lead = find(actor, "lead.qualify", Lead, public_id=public_id)
    now = timezone.now()
    with history.act("accept_lead", by=actor, now=now, subject=lead) as act:
        qualification.accept_lead(lead, by=actor, now=now)
    done(request, _("Lead accepted."), act)
    return redirect(next_of(request, page_of(lead)))


@require_POST
@allowed("lead.qualify")
def reopen(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    lead = find(actor, "lead.qualify", Lead, public_id=public_id)
    now = timezone.now()
    with history.act("reopen_lead", by=actor, now=now, subject=lead) as act:
        qualification.reopen_lead(lead, by=actor, now=now)
    done(request, _("Lead reopened."), act)
    return redirect(next_of(request, page_of(lead)))


def _asked(
    request: HttpRequest,
    lead: Lead,
    form: Form,
    do: Callable[[dict[str, Any], datetime], object],
    *,
    actor: Principal,
    verb: str,
    title: str,
    action: str,
    said: str,
    text: str = "",
    danger: bool = False,
) -> HttpResponse:
    """Ask, then do it and go back; what is refused is shown at its field."""
    back = next_of(request, page_of(lead))
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            with history.act(verb, by=actor, now=now, subject=lead) as act:
                do(form.cleaned_data, now)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            done(request, said, act)
            return redirect(back)
    return ask(request, form, title=title, text=text, action=action, back=back, danger=danger, hidden={"next": back})


@allowed("lead.qualify")
def override(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    lead = find(actor, "lead.qualify", Lead, public_id=public_id)
    return _asked(
        request,
        lead,
        OverrideForm(posted(request), initial={"stage": request.GET.get("stage", lead.lifecycle_stage)}),
        lambda typed, now: qualification.override_stage(lead, **typed, by=actor, now=now),
        actor=actor,
        verb="override_stage",
        title=_("Set the stage against the criteria"),
        text=_("The reason is kept with the decision; the criteria go on from there."),
        action=_("Set the stage"),
        said=_("Stage set."),
    )


@allowed("lead.qualify")
def hand_back(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    lead = find(actor, "lead.qualify", Lead, public_id=public_id)
    return _asked(
        request,
        lead,
        HandBackForm(posted(request)),
        lambda typed, now: qualification.hand_back(lead, **typed, by=actor, now=now),
        actor=actor,
        verb="hand_back",
        title=_("Hand back to marketing"),
        text=_("Not now, but not never: it comes back to you on the day you say."),
        action=_("Hand back"),
        said=_("Handed back to marketing."),
    )


@allowed("lead.qualify")
def disqualify(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    lead = find(actor, "lead.qualify", Lead, public_id=public_id)
    return _asked(
        request,
        lead,
        DisqualifyForm(posted(request)),
        lambda typed, now: qualification.disqualify(lead, **typed, by=actor, now=now),
        actor=actor,
        verb="disqualify",
        title=_("Disqualify this lead"),
        text=_("It leaves your lists. It can be reopened at any time."),
        action=_("Disqualify"),
        said=_("Lead disqualified."),
        danger=True,
    )


@allowed("lead.assign")
def assign(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    lead = find(actor, "lead.assign", Lead, public_id=public_id)
    initial = {"owner": lead.owner.public_id} if lead.owner else {}
    return _asked(
        request,
        lead,
        OwnerForm(posted(request), actor=actor, initial=initial),
        lambda typed, now: routing.assign_lead(lead, owner=typed["owner"], by=actor, now=now),
        actor=actor,
        verb="assign_lead",
        title=_("Change the owner"),
        action=_("Assign"),
        said=_("Owner changed."),
    )


@allowed("task.create")
def later(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    """Put off what the queue proposes: a task that brings it back."""
    lead = find(actor, "task.create", Lead, public_id=public_id)
    me = find(actor, "task.create", User, pk=actor.id)
    title = request.GET.get("title", "")[:200] or _("Get in touch with %(name)s") % {"name": lead.person.full_name}
    return _asked(
        request,
        lead,
        LaterForm(posted(request), initial={"title": title}),
        lambda typed, now: activities.add_task(
            title=typed["title"], owner=me, lead=lead, due_at=_when(typed["when"], now), by=actor, now=now
        ),
        actor=actor,
        verb="add_task",
        title=_("Later"),
        action=_("Remind me"),
        said=_("Put off."),
    )


def _when(choice: str, now: datetime) -> datetime:
    local = timezone.localtime(now)
    if choice == "hour":
        return now + timedelta(hours=1)
    days = 1 if choice == "tomorrow" else 7 - local.weekday()
    return datetime.combine(local.date() + timedelta(days=days), time(9), local.tzinfo)
