"""The page of one deal, and what is changed on it in place."""

from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from khoi.custom.forms import add_fields, form_name
from khoi.custom.queries import Standing, standing_in
from khoi.history import services as history
from khoi.history.services import Stale
from khoi.kit import periods
from khoi.kit.refusals import Refusal
from khoi.leads.models import Lead
from khoi.people.models import ContactPoint, Person
from khoi.pipeline import queries
from khoi.pipeline import services as pipeline
from khoi.pipeline.forms import ASKED, OWN, EditForm, FactsForm
from khoi.pipeline.models import Opportunity, StageKind
from khoi.pipeline.views.asking import done
from khoi.pipeline.views.moves import named_version, overtaken
from khoi.team import queries as team
from khoi.team.rules import Principal
from khoi.team.views import allowed
from khoi.workspace import queries as workspace

#: What may be changed in place, as it stands on the page.
SHOWN = ("amount", "close_on", "decision_maker", "need")
RELATED = ("account", "contact__person", "person", "lead__source", "owner", "stage", "pipeline")


@require_safe
@allowed("opportunity.view")
def deal(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    found = team.find(actor, "opportunity.view", Opportunity, public_id=public_id)
    return render(request, "pipeline/deal.html", deal_context(request, found, actor))


def deal_context(
    request: HttpRequest, found: Opportunity, actor: Principal, form: Form | None = None
) -> dict[str, Any]:
    """Everything the page shows; ``form`` is an edit that was refused, shown again at its field."""
    now, zone = actor.at or timezone.now(), workspace.zone()
    one = Opportunity.objects.visible_to(actor).select_related(*RELATED).get(pk=found.pk)
    stages = queries.stages_of(one.pipeline)
    passages = queries.moves_of(one, now)
    following = queries.next_stage(one, stages)
    gate = queries.gate(one, following, now, zone) if following else None
    lead = _lead(one, actor)
    # The room of records stands above this one, so its panel comes by name.
    story = import_string(settings.KHOI_STORY)
    may_edit = actor.may("opportunity.edit")
    [card] = queries.cards_of([one], stages, now, zone)
    return {
        "deal": one,
        "version": card.version,
        "standing": card.standing,
        "course": queries.course(one, stages, passages),
        "gate": gate,
        "gate_form": FactsForm(one, actor, gate.missing) if gate and may_edit else None,
        "passages": passages[::-1],
        "tasks": queries.open_tasks(one),
        "points": _points(one, actor),
        "lead": lead,
        "story": story(request, actor, person=one.person, lead=lead, at=reverse("pipeline:deal", args=[one.public_id])),
        "fields": [(name, _form_of(name, one, actor, form)) for name in SHOWN],
        "own_fields": _own_fields(one, form),
        "owner_form": _form_of("owner", one, actor, form),
        "name_form": _form_of("name", one, actor, form),
        "may_edit": may_edit,
        "may_see_history": actor.may("act.view"),
        "may_delete": actor.may("opportunity.delete"),
        "may_do": actor.may("task.edit"),
        "weighted": one.amount * one.stage.probability // 100 if one.amount is not None else None,
        "today": periods.today(now, zone),
        "won": next((stage for stage in stages if stage.kind == StageKind.WON), None),
        "lost": next((stage for stage in stages if stage.kind == StageKind.LOST), None),
        "reopened": queries.left_from(one, stages) if one.closed_at else None,
        "now": now,
    }


def _form_of(name: str, one: Opportunity, actor: Principal, refused: Form | None) -> Form:
    """The form of one field; the refused one when it was about this field."""
    return refused if refused is not None and name in refused.fields else EditForm(one, actor, [name])


def _own_fields(one: Opportunity, refused: Form | None) -> list[tuple[Standing, Form]]:
    """What stands in the deal's own fields, each with its small form."""
    found = []
    for standing in standing_in(one):
        name = f"{OWN}{standing.field.key}"
        form = refused if refused is not None and name in refused.fields else Form()
        if form is not refused:
            add_fields(form, [standing.field], {standing.field.key: standing.value})
        found.append((standing, form))
    return found


def _points(one: Opportunity, actor: Principal) -> list[ContactPoint]:
    person = Person.objects.visible_to(actor).filter(pk=one.person_id).first()
    return list(person.contact_points.order_by("-is_primary", "-kind", "id")) if person else []


def _lead(one: Opportunity, actor: Principal) -> Lead | None:
    """The lead it came from, when one may see it."""
    seen = Lead.objects.visible_to(actor).select_related("source")
    return seen.filter(pk=one.lead_id).first() if one.lead_id else None


@require_POST
@allowed("opportunity.edit")
def edit(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    """Changes the fields that are sent, against the ``version`` the page was made from."""
    found = team.find(actor, "opportunity.edit", Opportunity, public_id=public_id)
    sent = [name for name in ("name", "owner", *ASKED) if name in request.POST]
    own = [name for name in request.POST.getlist("own") if name.startswith(OWN)]  # no box ticked sends nothing else
    form = EditForm(found, actor, [*sent, *own], request.POST)
    if form.is_valid():
        try:
            now = timezone.now()
            with history.act("edit_opportunity", by=actor, now=now, subject=found) as act:
                changes = {name: form.cleaned_data[name] for name in form.fields if not name.startswith(OWN)}
                if own:
                    changes["custom"] = {name.removeprefix(OWN): form.cleaned_data.get(name) for name in own}
                pipeline.edit_opportunity(found, changes=changes, version=named_version(request), by=actor, now=now)
        except Refusal as refusal:
            at = form_name(refusal.field)
            form.add_error(at if at in form.fields else None, str(refusal))
        except Stale as stale:
            return overtaken(request, found, stale)
        else:
            done(request, _("Saved."), act)
            return redirect("pipeline:deal", found.public_id)
    return render(request, "pipeline/deal.html", deal_context(request, found, actor, form), status=422)
