"""The first page: whom to contact first, today's agenda, the funnel, the quarter."""

from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from khoi.activities.queries import day_of, tasks_of
from khoi.design.rules import StreamStep
from khoi.design.templatetags.design import stage_label
from khoi.design.templatetags.formats import number, percent
from khoi.home.queries.quarter import quarter_of
from khoi.home.queries.queue import queue_of
from khoi.home.queries.stream import small_funnel
from khoi.home.views.first_day import first_steps
from khoi.leads.queries import leads_of_view
from khoi.team.rules import Principal
from khoi.team.views import allowed
from khoi.workspace import queries as workspace

FEW, MANY = 12, 100
#: The reasons in their order, as the page tells them; see ``home.rules.ordering``.
ORDER = (
    _("New leads whose promised answer is late or due within the hour, the freshest first"),
    _("Whoever answered us and waits"),
    _("Tasks whose hour has passed, then those of today"),
    _("Hot leads without a next step"),
    _("Recycled leads whose day has come"),
    _("Leads one fact short of SQL"),
    _("Deals that stand still, and leads that cool down"),
)


@require_safe
@allowed("home.view")
def today(request: HttpRequest, actor: Principal) -> HttpResponse:
    """``?whose=mine|all``; ``?all=1`` shows the whole queue."""
    own = actor.role in {"rep", "partner"}
    whose = request.GET.get("whose", "")
    if whose not in {"mine", "all"} or (whose == "all" and actor.visibility == "own"):
        whose = "mine" if own else "all"
    now = actor.at or timezone.now()
    queue = queue_of(actor, whose=whose, now=now, most=MANY if request.GET.get("all") else FEW)
    first, rest = (queue.lines[0], queue.lines[1:]) if queue.lines else (None, ())
    here = workspace.current()
    nothing_yet = first is None and not leads_of_view(actor, "all").exists()
    context = {
        "now": now,
        "whose": whose,
        "sees_others": actor.visibility != "own",
        "queue": queue,
        "order": ORDER,
        "first": first,
        "bands": [(band, list(lines)) for band, lines in groupby(rest, lambda line: line.band)],
        "nothing_yet": nothing_yet,
        "first_steps": first_steps(actor) if nothing_yet and actor.may("settings.edit") else [],
        "agenda": _agenda(actor, whose, now),
        "funnel": _funnel(actor, whose, now) if actor.may("report.view") else None,
        "quarter": quarter_of(actor, whose=whose, workspace=here, now=now),
        "sees_deals": actor.may("opportunity.view"),
        "may_edit": actor.may("lead.edit"),
        "may_qualify": actor.may("lead.qualify"),
        "may_see_history": actor.may("act.view"),
        "may_log": actor.may("activity.create"),
        "may_add": actor.may("lead.create"),
        "may_import": actor.may("import.run"),
        "may_plan": actor.may("task.create"),
    }
    return render(request, "home/today.html", context)


def _funnel(actor: Principal, whose: str, now: datetime) -> dict[str, Any]:
    """The small funnel as drawn; nothing to draw before the first lead."""
    found = small_funnel(actor, whose=whose, now=now)
    steps = [
        StreamStep(_short(width.stage), width.count, number(width.count), percent(width.onward) if width.onward else "")
        for width in found.widths
    ]
    return {
        "steps": steps if found.widths[0].count else [],
        "pinch": found.pinch,
        "leak": found.leak,
        "after": found.after,
    }


def _short(stage: str) -> str:
    """The last stages in words that fit over their width."""
    return {"opportunity": gettext("Deals"), "customer": gettext("Won")}.get(stage) or stage_label(stage)


def _agenda(actor: Principal, whose: str, now: datetime) -> list[dict[str, Any]]:
    """Today's tasks around this moment, which has a line of its own among them."""
    tasks = day_of(tasks_of(actor, whose=whose), now=now, zone=ZoneInfo(str(timezone.get_current_timezone())))
    past = [{"task": task} for task in tasks if task.due_at and task.due_at < now]
    coming = [{"task": task} for task in tasks if task.due_at and task.due_at >= now]
    return [*past[-FEW // 3 :], {"task": None}, *coming[:FEW]] if tasks else []
