"""Lists of tasks: what is late, due today, coming, done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q

from khoi.activities.models import Task, TaskSet
from khoi.kit import periods
from khoi.team.rules import Principal

VIEWS: Final = ("late", "today", "coming", "undated", "done")
FEW: Final = 12
MANY: Final = 500


@dataclass(frozen=True, slots=True)
class TaskGroup:
    """``view``: one of ``VIEWS``; ``is_cut``: there are more."""

    view: str
    tasks: tuple[Task, ...]
    is_cut: bool


def tasks_of(actor: Principal, *, whose: str) -> TaskSet:
    """One's own tasks ("mine") or all one sees."""
    rows = Task.objects.visible_to(actor).select_related("person", "lead", "owner")
    return rows.filter(owner=actor.id) if whose == "mine" else rows


def open_groups(rows: TaskSet, *, view: str = "", now: datetime, zone: ZoneInfo) -> list[TaskGroup]:
    """The open tasks under their headings, the one due first in front; empty ones left out.

    Each has at most ``FEW``; asked for one ``view``, that one alone, with ``MANY``.
    """
    _start, end = periods.instants(periods.day(periods.today(now, zone)), zone)
    wanted: Mapping[str, Q] = {
        "late": Q(due_at__lt=now),
        "today": Q(due_at__gte=now, due_at__lt=end),
        "coming": Q(due_at__gte=end),
        "undated": Q(due_at=None),
    }
    if view in wanted:
        wanted = {view: wanted[view]}
    most = MANY if view in wanted else FEW
    found = {
        view: list(rows.filter(which, done_at=None).order_by("due_at", "id")[: most + 1])
        for view, which in wanted.items()
    }
    return [TaskGroup(view, tuple(some[:most]), len(some) > most) for view, some in found.items() if some]


def done_lately(rows: TaskSet, *, now: datetime, most: int = 20) -> list[Task]:
    """Done within the last week, the latest first."""
    week = timedelta(days=7)
    return list(rows.filter(done_at__gte=now - week).order_by("-done_at", "-id")[:most])


def day_of(rows: TaskSet, *, now: datetime, zone: ZoneInfo) -> list[Task]:
    """Today's tasks with their hours, done ones too, in the order of the day."""
    start, end = periods.instants(periods.day(periods.today(now, zone)), zone)
    return list(rows.filter(due_at__gte=start, due_at__lt=end).order_by("due_at", "id")[:30])
