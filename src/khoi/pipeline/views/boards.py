"""The board."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from khoi.custom.forms import OwnList, own_list, own_pairs
from khoi.kit import periods
from khoi.pipeline import queries
from khoi.pipeline.models import Opportunity, Pipeline
from khoi.pipeline.queries import VIEWS, Wanted
from khoi.pipeline.views.asking import is_part
from khoi.team.rules import Principal
from khoi.team.views import allowed
from khoi.workspace import queries as workspace

#: What of the address stays when the board is filtered anew.
KEPT: Final = frozenset({"pipeline", "view", "owner"})


@require_safe
@allowed("opportunity.view")
def board(request: HttpRequest, actor: Principal) -> HttpResponse:
    now = actor.at or timezone.now()
    own = own_list(Opportunity, request.GET, now=now, zone=workspace.zone())
    wanted = _wanted(request.GET, own, actor)
    if wanted is None:
        return render(request, "pipeline/no_pipeline.html")
    if wanted.stage and "after" in request.GET:
        return _further(request, wanted, actor)
    kept = [(name, said) for name, said in wanted.parts.items() if name in KEPT]
    return render(request, "pipeline/board.html", {**board_context(wanted, actor, now), "own": own, "kept": kept})


def _wanted(asked: QueryDict, own: OwnList, actor: Principal) -> Wanted | None:
    """What the address asks for, custom fields included."""
    wanted = queries.read_wanted(asked, actor)
    return wanted and replace(wanted, own=tuple(own_pairs(asked)), asks=own.asks)


def _further(request: HttpRequest, wanted: Wanted, actor: Principal) -> HttpResponse:
    """More cards of one column; to a browser without script the list of its deals."""
    if not is_part(request):
        return redirect(listed(wanted))
    now, zone = actor.at or timezone.now(), workspace.zone()
    cards, after = queries.further_cards(wanted, actor, request.GET["after"], now, zone)
    context = {
        "stage": wanted.stage,
        "cards": cards,
        "more_url": _more(wanted, after),
        "may_move": actor.may("opportunity.edit"),
        "today": periods.today(now, zone),
    }
    return render(request, "pipeline/cards.html", context)


def _more(wanted: Wanted, after: str, **changes: Any) -> str:
    return f"{reverse('pipeline:board')}{wanted.address(**changes)}&{urlencode({'after': after})}" if after else ""


def board_context(wanted: Wanted, actor: Principal, now: datetime, *, with_cards: bool = True) -> dict[str, Any]:
    """What the board shows, and what the parts of it that are sent anew after a move show."""
    zone = workspace.zone()
    made = queries.board(wanted, actor, now, zone, with_cards=with_cards)
    tabs = [(view, VIEWS[view], wanted.address(view=view), count) for view, count in made.tabs]
    return {
        "board": made,
        "wanted": wanted,
        "may_move": actor.may("opportunity.edit"),
        "may_add": actor.may("opportunity.create"),
        "tabs": tabs,
        "columns": [(column, _more(wanted, column.after, stage=column.stage)) for column in made.columns],
        "ends": [(end, _ended(end, wanted)) for end in made.ends],
        "is_new": not wanted.asks
        and not any(count for *_rest, count in tabs)
        and not any(end.count for end in made.ends),
        "first_steps": first_steps(actor),
        "here": reverse("pipeline:board") + wanted.address(),
        "today": periods.today(now, zone),
        "list_url": listed(wanted),
        "idle_url": listed(wanted, step="none"),
        "now": now,
        **choices_of(wanted, actor),
    }


def first_steps(actor: Principal) -> list[dict[str, Any]]:
    if not actor.may("opportunity.create"):
        return []
    return [{"label": _("New deal"), "url": reverse("pipeline:new"), "icon": "plus", "primary": True, "dialog": True}]


def choices_of(wanted: Wanted, actor: Principal) -> dict[str, Any]:
    """Whose deals, and of which pipeline: each with the address that shows them."""
    owners = queries.owners_of_deals(actor)
    pipelines = list(Pipeline.objects.visible_to(actor).order_by("id"))
    return {
        "owners": [(owner, wanted.address(owner=owner)) for owner in owners],
        "everyone": wanted.address(owner=None),
        "pipelines": [
            (pipeline, wanted.address(pipeline=pipeline, usual=place == 0, stage=None))
            for place, pipeline in enumerate(pipelines)
            if len(pipelines) > 1
        ],
    }


def listed(wanted: Wanted, **changes: Any) -> str:
    """The list with exactly these deals."""
    return reverse("pipeline:list") + wanted.address(**changes)


def _ended(end: queries.End, wanted: Wanted) -> str:
    return listed(wanted, state=end.stage.kind, closed=end.period, view=end.view, stage=None)


def wanted_of_board(address: str, actor: Principal, now: datetime) -> Wanted | None:
    """What the board at this address shows."""
    asked = QueryDict(urlsplit(address).query)
    return _wanted(asked, own_list(Opportunity, asked, now=now, zone=workspace.zone()), actor)
