"""The workspace as it stands, and its clock."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.db import connection

from khoi.kit import periods
from khoi.kit.db.asking import records
from khoi.kit.hours import WorkingHours, add_working_minutes, vietnam_holidays
from khoi.workspace.models import Workspace


class NoWorkspace(Exception):
    """Nothing is set up yet: ``khoi init`` comes first."""


def current() -> Workspace:
    if (workspace := found()) is None:
        raise NoWorkspace
    return workspace


def found() -> Workspace | None:
    """None before anything is set up."""
    return next(iter(records(Workspace, "select * from workspace_workspace where id in ({ids})", [1])), None)


def is_demo() -> bool:
    """Whether everything here is invented; False while nothing is set up."""
    return Workspace.objects.filter(pk=1, is_demo=True).exists()


def zone() -> ZoneInfo:
    """Every request asks for it, so it is asked in plain SQL."""
    with connection.cursor() as cursor:
        cursor.execute("select time_zone from workspace_workspace where id = 1")
        found = cursor.fetchone()
    if found is None:
        raise NoWorkspace
    return ZoneInfo(found[0])


def today(now: datetime) -> date:
    """The calendar day of the instant in the workspace's zone."""
    return periods.today(now, zone())


def hours(now: datetime, workspace: Workspace | None = None) -> WorkingHours:
    """The working calendar around ``now``, with public holidays; of the ``workspace`` when it was read already."""
    workspace = workspace or current()
    year = now.astimezone(UTC).year
    return WorkingHours(
        zone=ZoneInfo(workspace.time_zone),
        days=frozenset(workspace.work_days),
        starts=time.fromisoformat(workspace.work_starts),
        ends=time.fromisoformat(workspace.work_ends),
        holidays=vietnam_holidays(range(year - 1, year + 2)),
    )


def after_working_minutes(now: datetime, minutes: int) -> datetime:
    """The instant when so many working minutes after ``now`` are over."""
    return add_working_minutes(now, minutes, hours(now))


def deadline(now: datetime, workspace: Workspace | None = None) -> datetime:
    """Until when a lead that arrives at ``now`` is promised a first contact."""
    workspace = workspace or current()
    return add_working_minutes(now, workspace.response_minutes, hours(now, workspace))
