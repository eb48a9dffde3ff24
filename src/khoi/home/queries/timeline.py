"""Everything that happened with one person, newest first, from six tables, one part at a time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from khoi.activities.models import Activity, Task
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.pipeline.models import StageMove
from khoi.qualification.models import StageChange
from khoi.routing.models import Assignment
from khoi.team.rules import PARTNER, Principal
from khoi.touchpoints.models import Touchpoint

#: What the timeline may be narrowed to → the kinds of event in it.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "talks": ("activity",),
    "web": ("touchpoint", "lead"),
    "decisions": ("stage", "assignment", "move"),
    "tasks": ("task",),
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """``kind`` says which table the row is of. ``is_echo``: a lead whose words stand at the touch it came with."""

    at: datetime
    kind: str
    row: Any
    is_echo: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """Some events, newest first; ``after`` is the cursor of the next ones ("" at the end)."""

    events: tuple[Event, ...]
    after: str


@dataclass(frozen=True, slots=True)
class _Source:
    kind: str
    column: str
    rows: Callable[[Person, Principal], QuerySet[Any]]


def _touchpoints(person: Person, actor: Principal) -> QuerySet[Any]:
    return Touchpoint.objects.filter(person=person).select_related("campaign")


def _activities(person: Person, actor: Principal) -> QuerySet[Any]:
    seen = Activity.objects.visible_to(actor) if actor.role == PARTNER else Activity.objects
    return seen.filter(person=person).select_related("by").prefetch_related("attachments__file")


def _tasks(person: Person, actor: Principal) -> QuerySet[Any]:
    return Task.objects.visible_to(actor).filter(person=person).select_related("owner")


def _leads(person: Person, actor: Principal) -> QuerySet[Any]:
    return Lead.objects.visible_to(actor).filter(person=person).select_related("source", "campaign")


def _stages(person: Person, actor: Principal) -> QuerySet[Any]:
    return StageChange.objects.visible_to(actor).filter(lead__person=person).select_related("by", "policy")


def _assignments(person: Person, actor: Principal) -> QuerySet[Any]:
    seen = Assignment.objects.visible_to(actor).filter(lead__person=person)
    return seen.select_related("owner", "previous_owner", "rule", "by")


def _moves(person: Person, actor: Principal) -> QuerySet[Any]:
    seen = StageMove.objects.visible_to(actor).filter(opportunity__person=person)
    return seen.select_related("from_stage", "to_stage", "opportunity", "by")


#: In the order in which events of the same instant are told, the last thing first.
_SOURCES: Final = (
    _Source("move", "occurred_at", _moves),
    _Source("assignment", "occurred_at", _assignments),
    _Source("stage", "occurred_at", _stages),
    _Source("task", "told_at", _tasks),
    _Source("activity", "occurred_at", _activities),
    _Source("touchpoint", "occurred_at", _touchpoints),
    _Source("lead", "arrived_at", _leads),
)


def timeline_of(person: Person, *, actor: Principal, group: str = "", after: str = "", size: int = 30) -> Timeline:
    """Nothing for whoever does not see the person; else the events behind the cursor.

    ``group`` is one of ``GROUPS`` or "" for all. A task stands where it was done. Staff see what happened with the
    people they see, so that is asked once and not of every table.
    """
    if not _sees(person, actor):
        return Timeline((), "")
    place = _read(after)
    found: list[tuple[datetime, int, int, Event]] = []
    for rank, source in _wanted(group):
        rows = _dated(source, source.rows(person, actor))
        if place is not None:
            rows = rows.filter(_behind(source.column, rank, place))
        for row in rows.order_by(f"-{source.column}", "-id")[: size + 1]:
            at = getattr(row, source.column)
            found.append((at, -rank, row.pk, Event(at, source.kind, row)))
    found.sort(key=lambda one: one[:3], reverse=True)
    shown = found[:size]
    told = {event.at for *_rest, event in shown if event.kind == "touchpoint" and event.row.detail}
    events = (replace(e, is_echo=e.kind == "lead" and e.at in told) for *_rest, e in shown)
    return Timeline(tuple(events), _cursor(shown[-1]) if len(found) > size else "")


def counts_of(person: Person, *, actor: Principal) -> dict[str, int]:
    """How many events each group has, and all ("")."""
    if not _sees(person, actor):
        return dict.fromkeys(("", *GROUPS), 0)
    by_kind = {source.kind: source.rows(person, actor).order_by().count() for source in _SOURCES}
    counts = {group: sum(by_kind[kind] for kind in kinds) for group, kinds in GROUPS.items()}
    return {"": sum(by_kind.values()), **counts}


def _sees(person: Person, actor: Principal) -> bool:
    return Person.objects.visible_to(actor).filter(pk=person.pk).exists()


def _wanted(group: str) -> Iterable[tuple[int, _Source]]:
    kinds = GROUPS.get(group)
    return [(rank, source) for rank, source in enumerate(_SOURCES) if kinds is None or source.kind in kinds]


def _dated(source: _Source, rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.annotate(told_at=Coalesce(F("done_at"), F("created_at"))) if source.column == "told_at" else rows


def _behind(column: str, rank: int, place: tuple[datetime, int, int]) -> Q:
    moment, at_rank, pk = place
    earlier = Q(**{f"{column}__lt": moment})
    if rank > at_rank:
        return earlier | Q(**{column: moment})
    if rank == at_rank:
        return earlier | (Q(**{column: moment}) & Q(pk__lt=pk))
    return earlier


def _cursor(last: tuple[datetime, int, int, Event]) -> str:
    return f"{(last[0] - _EPOCH) // timedelta(microseconds=1)}.{-last[1]}.{last[2]}"


def _read(after: str) -> tuple[datetime, int, int] | None:
    parts = after.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 18 for part in parts):
        return None
    micros, rank, pk = (int(part) for part in parts)
    return _EPOCH + timedelta(microseconds=micros), rank, pk
