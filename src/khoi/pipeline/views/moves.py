"""Moving a deal: from the board, from its page, from the menu of its card."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from khoi.custom.forms import form_name
from khoi.custom.rules import own_named
from khoi.history import queries as versions
from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.services import Stale
from khoi.kit.refusals import Refusal
from khoi.pipeline import queries
from khoi.pipeline import services as pipeline
from khoi.pipeline.forms import ASKED, FactsForm, LoseForm, StageForm, field_named
from khoi.pipeline.models import Opportunity, PipelineStage, StageKind
from khoi.pipeline.services import GateClosed
from khoi.pipeline.views.asking import ask, done, is_part
from khoi.pipeline.views.boards import board_context, wanted_of_board
from khoi.team import queries as team
from khoi.team.rules import Principal
from khoi.team.views import allowed, next_of
from khoi.workspace import queries as workspace


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("opportunity.edit")
def move(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    """GET: the stages to choose from. POST ``stage``, ``version``, and what the gate asked for."""
    deal = team.find(actor, "opportunity.edit", Opportunity, public_id=public_id)
    stages = list(PipelineStage.objects.visible_to(actor).filter(pipeline=deal.pipeline_id).order_by("position"))
    target = next((stage for stage in stages if stage.code == request.POST.get("stage")), None)
    if request.method != "POST" or target is None:
        return _choose(request, deal, [stage for stage in stages if stage.pk != deal.stage_id])
    if target.kind == StageKind.LOST:
        return _lose(request, actor, deal, target)
    return _advance(request, actor, deal, target)


def _choose(request: HttpRequest, deal: Opportunity, stages: list[PipelineStage]) -> HttpResponse:
    posted = request.method == "POST"
    back = next_of(request, reverse("pipeline:deal", args=[deal.public_id]))
    context = {
        "title": _("Move “%(deal)s” to…") % {"deal": deal.name},
        "form": StageForm(stages, request.POST if posted else None),
        "action_url": request.get_full_path(),
        "action_label": _("Move"),
        "back_url": back,
        "hidden": {"version": str(versions.version_of(deal)), "next": back},
    }
    return render(request, "design/confirm_page.html", context, status=422 if posted else 200)


def _lose(request: HttpRequest, actor: Principal, deal: Opportunity, target: PipelineStage) -> HttpResponse:
    form = LoseForm(request.POST if "reason" in request.POST else None)
    if not form.is_valid():
        return ask(request, deal, target, form)
    try:
        moved, act = _do(request, actor, deal, target, **form.cleaned_data)
    except Stale as stale:
        return overtaken(request, deal, stale)
    return _moved(request, actor, moved, act, _("“%(deal)s” is lost.") % {"deal": deal.name})


def _advance(request: HttpRequest, actor: Principal, deal: Opportunity, target: PipelineStage) -> HttpResponse:
    answered = [name for name in ASKED if name in request.POST]
    answered += [named for name in request.POST if own_named(named := field_named(name))]
    form = FactsForm(deal, actor, answered, request.POST)
    if not form.is_valid():
        return ask(request, deal, target, form, missing=answered)
    try:
        moved, act = _do(request, actor, deal, target, facts=form.facts())
    except GateClosed as closed:
        again = _still_missing(deal, actor, form, closed)
        return ask(request, deal, target, again, missing=closed.missing)
    except Refusal as refusal:
        at = form_name(refusal.field)
        form.add_error(at if at in form.fields else None, str(refusal))
        return ask(request, deal, target, form, missing=answered)
    except Stale as stale:
        return overtaken(request, deal, stale)
    return _moved(request, actor, moved, act, _said(moved, target))


def _still_missing(deal: Opportunity, actor: Principal, form: FactsForm, closed: GateClosed) -> FactsForm:
    """Everything the gate waits for; what was answered and did not do says so."""
    asked = [*map(field_named, form.fields), *closed.missing]
    again = FactsForm(deal, actor, asked, form.data if form.fields else None)
    if form.fields:
        again.is_valid()
        for name in map(form_name, closed.missing):
            if name in form.fields:
                again.add_error(name, _("The stage asks for more than this."))
    return again


def _said(deal: Opportunity, target: PipelineStage) -> str:
    if target.kind == StageKind.WON:
        return _("“%(deal)s” is won.") % {"deal": deal.name}
    return _("“%(deal)s” is now in %(stage)s.") % {"deal": deal.name, "stage": target.label(get_language() or "")}


def _do(
    request: HttpRequest, actor: Principal, deal: Opportunity, target: PipelineStage, **more: Any
) -> tuple[Opportunity, Act]:
    now = timezone.now()
    with history.act("move_opportunity", by=actor, now=now, subject=deal) as act:
        moved = pipeline.move_opportunity(deal, stage=target, version=named_version(request), by=actor, now=now, **more)
    return moved, act


def _moved(request: HttpRequest, actor: Principal, deal: Opportunity, act: Act, said: str) -> HttpResponse:
    """The card at its new place with the heads of the board, or back to the page it was moved from."""
    done(request, said, act)
    now = timezone.now()
    wanted = wanted_of_board(request.POST.get("board", ""), actor, now) if is_part(request) else None
    if wanted is None:
        return redirect(next_of(request, reverse("pipeline:deal", args=[deal.public_id])))
    context = board_context(wanted, actor, now, with_cards=False)
    [card] = queries.cards_of([deal], [deal.stage], now, workspace.zone())
    return render(request, "pipeline/moved.html", {**context, "card": card, "ended": deal.closed_at is not None})


def overtaken(request: HttpRequest, deal: Opportunity, stale: Stale) -> HttpResponse:
    """409: who did what meanwhile. A form that hangs from a card loads the board anew and says it there."""
    said = _meanwhile(deal, stale)
    if request.POST.get("hung"):
        messages.error(request, said)
        return HttpResponse(status=409, headers={"HX-Refresh": "true"})
    context = {
        "title": said,
        "text": _("Nothing of yours was saved. Look at the deal as it stands now, then do your step again."),
        "action_url": reverse("pipeline:deal", args=[deal.public_id]),
        "action_label": _("See the deal"),
    }
    return render(request, "design/409.html", context, status=409)


def _meanwhile(deal: Opportunity, stale: Stale) -> str:
    last = queries.last_move(deal)
    if "stage" in stale.clashing and last is not None:
        told: dict[str, Any] = {"who": last.by or "Khơi", "stage": last.to_stage.label(get_language() or "")}
        return _("%(who)s moved this deal to %(stage)s a moment before you.") % told
    return _("Somebody changed this deal a moment before you.")


def named_version(request: HttpRequest) -> int | None:
    """The version the page was made from; None when it does not say."""
    named = request.POST.get("version", "")
    return int(named) if named.isascii() and named.isdigit() and len(named) < 19 else None
