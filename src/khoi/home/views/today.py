"""The first page: whom to contact first, today's agenda, the funnel, the quarter."""

from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from khoi.activities.queries import day_of, tasks_of
from khoi.home.queries.quarter import quarter_of
from khoi.home.queries.queue import queue_of
from khoi.leads.queries import leads_of_view
from khoi.team.rules import Principal
from khoi.team.views import allowed
from khoi.workspace import queries as workspace

FEW, MANY = 12, 100


@require_GET
@allowed("home.view")
def today(request: HttpRequest, actor: Principal) -> HttpResponse:
    """``?whose=mine|all``; ``?all=1`` shows the whole queue."""
    own = actor.role in {"rep", "partner"}
    whose = request.GET.get("whose", "")
    if whose not in {"mine", "all"} or (whose == "all" and actor.visibility == "own"):
        whose = "mine" if own else "all"
    now = timezone.now()
    queue = queue_of(actor, whose=whose, now=now, most=MANY if request.GET.get("all") else FEW)
    first, rest = (queue.lines[0], queue.lines[1:]) if queue.lines else (None, ())
    here = workspace.current()
    context = {
        "now": now,
        "whose": whose,
        "sees_others": actor.visibility != "own",
        "queue": queue,
        "first": first,
        "bands": [(band, list(lines)) for band, lines in groupby(rest, lambda line: line.band)],
        "nothing_yet": first is None and not leads_of_view(actor, "all").exists(),
        "agenda": _agenda(actor, whose, now),
        "quarter": quarter_of(actor, whose=whose, workspace=here, now=now),
        "may_log": actor.may("activity.create"),
        "may_add": actor.may("lead.create"),
        "may_import": actor.may("import.run"),
        "may_plan": actor.may("task.create"),
    }
    return render(request, "home/today.html", context)


def _agenda(actor: Principal, whose: str, now: Any) -> list[dict[str, Any]]:
    """Today's tasks in the order of the day, with a line for this moment between them."""
    tasks = day_of(tasks_of(actor, whose=whose), now=now, zone=ZoneInfo(str(timezone.get_current_timezone())))
    past = [{"task": task} for task in tasks if task.due_at and task.due_at < now]
    coming = [{"task": task} for task in tasks if task.due_at and task.due_at >= now]
    return [*past, {"task": None}, *coming] if tasks else []
