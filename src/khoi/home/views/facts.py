"""What is learnt about a lead, typed on its page or in a cell of the list."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from khoi.custom.forms import typed_over
from khoi.design.views import posted
from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.queries import version_of
from khoi.home import services as home
from khoi.home.forms.facts import QUESTIONS, LeadForm, StepForm, bant_form, lead_of
from khoi.home.queries.rows import next_steps
from khoi.home.views.telling import as_shown, ask, claim, done, refuse, saved, with_own_fields
from khoi.home.views.verbs import page_of
from khoi.kit.refusals import Refusal
from khoi.leads import services as leads
from khoi.leads.models import BantKind, Lead
from khoi.team.models import User
from khoi.team.queries import Hidden, find
from khoi.team.rules import Principal
from khoi.team.views import allowed, next_of
from khoi.workspace import queries as workspace


@allowed("lead.edit")
def bant(request: HttpRequest, actor: Principal, public_id: str, kind: str) -> HttpResponse:
    lead = find(actor, "lead.edit", Lead, public_id=public_id)
    if kind not in BantKind.values:
        raise Hidden
    back = next_of(request, page_of(lead))
    form = bant_form(kind, posted(request), currency=workspace.current().currency)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            with history.act("record_bant", by=actor, now=now, subject=lead) as act:
                leads.record_bant(lead, kind=kind, **form.facts(), by=actor, now=now)
        except Refusal as refusal:
            refuse(form, refusal, budget="amount", authority="role", need="text", timing="on_date")
        else:
            done(request, _("%(fact)s recorded.") % {"fact": BantKind(kind).label}, act)
            return redirect(back)
    return ask(
        request,
        form,
        title=str(BantKind(kind).label),
        text=str(QUESTIONS[kind]),
        action=pgettext("verb", "Record"),
        back=back,
        hidden={"next": back},
    )


@allowed("lead.edit")
def edit(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    lead = find(actor, "lead.edit", Lead, public_id=public_id)
    back = next_of(request, page_of(lead))
    form = LeadForm(posted(request), actor=actor, initial=lead_of(lead))
    shown = lead_of(lead) | with_own_fields(form, lead)
    if saved(request, form, lambda: _change(request, form, lead, actor), email="emails", phone="phones"):
        return redirect(back)
    versions = {"version": version_of(lead), "person_version": version_of(lead.person)}
    return ask(
        request,
        form,
        title=_("Edit the lead"),
        action=_("Save"),
        back=back,
        columns=True,
        hidden={"next": back, **versions, **as_shown(shown)},
    )


def _change(request: HttpRequest, form: LeadForm, lead: Lead, actor: Principal) -> Act:
    now, changes, enquiry = timezone.now(), form.changes(lead.person), form.enquiry(lead)
    if custom := typed_over(form):
        enquiry["custom"] = custom
    with history.act("describe_lead", by=actor, now=now, subject=lead) as act:
        claim(request, lead.person, changes, "person_version")
        claim(request, lead, enquiry)
        home.describe_lead(lead, person=changes, enquiry=enquiry, by=actor, now=now)
    return act


@allowed("task.edit")
def next_step(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    """The cell of the list while it is edited and after, and the same question as a page."""
    lead = find(actor, "task.edit", Lead, public_id=public_id)
    step = next_steps([lead.pk], actor).get(lead.pk)
    shown = {"title": step.title, "due_at": step.due_at} if step else {}
    form = StepForm(posted(request), initial=shown)
    in_cell = request.headers.get("HX-Request") == "true"
    if request.method == "POST" and form.is_valid():
        me = lead.owner or find(actor, "task.edit", User, pk=actor.id)
        act = home.plan_next_step(lead, **form.cleaned_data, step=step, owner=me, by=actor, now=timezone.now())
        done(request, _("Next step saved."), act)
        if not in_cell:
            return redirect(next_of(request, page_of(lead)))
        step = next_steps([lead.pk], actor).get(lead.pk)
        return _cell(request, lead, "home/next_step_saved.html", step_task=step)
    if in_cell and request.GET.get("cancel"):
        return _cell(request, lead, "home/next_step_cell.html", step_task=step)
    if in_cell:
        return _cell(request, lead, "home/next_step_edit.html", form=form)
    back = next_of(request, page_of(lead))
    return ask(request, form, title=_("Next step"), action=_("Save"), back=back, hidden={"next": back})


def _cell(request: HttpRequest, lead: Lead, template: str, **context: Any) -> HttpResponse:
    return render(request, template, {"lead": lead, "now": timezone.now(), **context})
