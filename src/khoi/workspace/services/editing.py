"""Name, zone, currency, language and working hours."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import available_timezones

from babel.numbers import list_currencies

from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.refusals import Refusal
from khoi.workspace.models import Workspace

EDITABLE: Final = frozenset("name language time_zone currency work_days work_starts work_ends response_minutes".split())
LANGUAGES: Final = ("vi", "en")


def edit_workspace(workspace: Workspace, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> Workspace:
    """``work_days``: weekdays 0 (Monday) to 6; ``work_starts``, ``work_ends``: "08:00"; ``response_minutes``:
    working minutes, 1 to 10,000. Amounts already kept stay in their currency; only new ones take the new one.
    """
    if unknown := changes.keys() - EDITABLE:
        raise Refusal("unknown_field", sorted(unknown)[0], value=sorted(unknown)[0])
    with history.act("edit_workspace", by=by, now=now, subject=workspace):
        for field, value in changes.items():
            setattr(workspace, field, value)
        _check(workspace)
        workspace.save(update_fields=sorted(changes))
    return workspace


def _check(workspace: Workspace) -> None:
    workspace.name = " ".join(workspace.name.split())
    if not workspace.name:
        raise Refusal("required", "name")
    if len(workspace.name) > 120:
        raise Refusal("too_long", "name", limit=120)
    if workspace.language not in LANGUAGES:
        raise Refusal("unknown_choice", "language", value=workspace.language)
    if workspace.time_zone not in available_timezones():
        raise Refusal("unknown_zone", "time_zone", value=workspace.time_zone)
    if workspace.currency not in list_currencies():
        raise Refusal("unknown_currency", "currency", value=workspace.currency)
    if not 1 <= workspace.response_minutes <= 10_000:
        raise Refusal("unknown_choice", "response_minutes", value=workspace.response_minutes)
    _check_hours(workspace)


def _check_hours(workspace: Workspace) -> None:
    days = sorted(set(workspace.work_days))
    if not days or not set(days) <= set(range(7)):
        raise Refusal("hours_are_empty", "work_days")
    try:
        starts, ends = time.fromisoformat(workspace.work_starts), time.fromisoformat(workspace.work_ends)
    except ValueError as broken:
        raise Refusal("hours_are_empty", "work_starts") from broken
    if starts >= ends:
        raise Refusal("hours_are_empty", "work_ends")
    workspace.work_days = days
    workspace.work_starts, workspace.work_ends = f"{starts:%H:%M}", f"{ends:%H:%M}"
