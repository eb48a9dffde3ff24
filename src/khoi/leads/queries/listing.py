"""Lists of leads: what is asked, which rows answer, and one part of them at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q

from khoi.custom.models import CustomField
from khoi.custom.queries import every_by, part_by
from khoi.kit.search import every_word
from khoi.leads.models import Lead, LeadSet, Temperature, WorkStatus
from khoi.leads.rules import ENDED
from khoi.team.models import User
from khoi.team.rules import Principal

VIEWS: Final = ("mine", "new", "hot", "team", "all")
#: What a list may be sorted by → its column and whether the largest comes first. Each has an index.
SORTS: Final[Mapping[str, tuple[str, bool]]] = {
    "score": ("lasts_until", True),
    "arrived": ("arrived_at", True),
    "clock": ("respond_by", False),
}
#: What a row of the list shows beside the lead.
SHOWN: Final = ("person", "account", "source", "owner")
#: How many are read at a time where all are wanted.
PART: Final = 500
#: A column that may be empty has a value, said as a range: "is not null" makes SQLite walk past every row without one.
_SCORED: Final = Q(lasts_until__gt=-(2**63))
_SOME: Final = {"lasts_until": _SCORED, "respond_by": Q(respond_by__gt=datetime(1, 1, 2, tzinfo=UTC))}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """What a list asks for; empty means "whatever". ``owner``: "me", "none" or a user's id; ``own``: what is asked of
    custom fields, each a filter of its own. All others are codes."""

    view: str = "all"
    q: str = ""
    stages: tuple[str, ...] = ()
    temperatures: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    owner: str = ""
    own: tuple[Q, ...] = ()

    @property
    def is_bare(self) -> bool:
        asked = (self.q, self.stages, self.temperatures, self.statuses, self.sources, self.owner, self.own)
        return not any(asked)


@dataclass(frozen=True, slots=True)
class Part:
    """Some leads in their order, and the cursor of the next ones ("" at the end)."""

    leads: tuple[Lead, ...]
    after: str


def leads_of_view(actor: Principal, view: str, *, ended: bool = False) -> LeadSet:
    """The leads of a tab, as far as the actor sees them; but for "all", those that ended only if asked for."""
    rows = Lead.objects.visible_to(actor)
    if view != "all" and not ended:
        rows = rows.exclude(lifecycle_stage__in=ENDED)
    wanted = {
        "mine": Q(owner=actor.id),
        "new": Q(work_status=WorkStatus.NEW) | Q(owner=None),
        "hot": Q(temperature=Temperature.HOT),
        "team": Q(owner__team=actor.team_id) if actor.team_id else Q(),
    }
    return rows.filter(wanted.get(view, Q()))


def leads_matching(actor: Principal, wanted: LeadFilter) -> LeadSet:
    """Visible leads that meet every part of the filter. Codes that are none find nothing."""
    rows = leads_of_view(actor, wanted.view, ended=bool(wanted.stages))
    for field, codes in (
        ("lifecycle_stage", wanted.stages),
        ("temperature", wanted.temperatures),
        ("work_status", wanted.statuses),
        ("source__code", wanted.sources),
    ):
        if codes:
            rows = rows.filter(**{f"{field}__in": codes})
    if wanted.owner:
        rows = rows.filter(_owner(wanted.owner, actor))
    for asked in wanted.own:
        rows = rows.filter(asked)
    return rows.filter(every_word(wanted.q, "search", "person__search")) if wanted.q.strip() else rows


def _owner(named: str, actor: Principal) -> Q:
    if named == "me":
        return Q(owner=actor.id)
    if named == "none":
        return Q(owner=None)
    try:
        return Q(owner__in=User.objects.filter(public_id=UUID(named)).values("pk"))
    except ValueError:
        return Q(pk__in=[])


def part_of(rows: LeadSet, *, sort: str = "score", after: str = "", size: int = 50) -> Part:
    """The next ``size`` leads behind the cursor, without counting past the ones before.

    Rows without a value in the sorted column come last; they are a list of their own, so that either half is a plain
    range of the column's index. A cursor that is none starts from the beginning.
    """
    column, down = SORTS.get(sort, SORTS["score"])
    has_value, place = _read(after, column)
    found: list[Lead] = []
    if has_value:
        valued = rows.filter(_SOME[column]) if column in _SOME else rows
        found = _slice(valued, column, down, place, size + 1)
        place = None
    if len(found) <= size and Lead._meta.get_field(column).null:
        found += _slice(rows.filter(**{column: None}), "", True, place, size + 1 - len(found))
    shown = tuple(found[:size])
    return Part(shown, _cursor(shown[-1], column) if len(found) > size else "")


def part_by_own(rows: LeadSet, field: CustomField, *, down: bool = False, after: str = "", size: int = 50) -> Part:
    """The same in the order of a custom field."""
    shown, cursor = part_by(rows.select_related(*SHOWN), field, down=down, after=after, size=size)
    return Part(tuple(shown), cursor)


def every_of(rows: LeadSet, *, sort: str) -> Iterator[Lead]:
    """All of them in that order, read a part at a time."""
    column, down = SORTS[sort]
    order = F(column).desc(nulls_last=True) if down else F(column).asc(nulls_last=True)
    ordered = rows.select_related(*SHOWN).order_by(order, "-id" if down else "id")
    return ordered.iterator(chunk_size=PART)


def every_by_own(rows: LeadSet, field: CustomField, *, down: bool) -> Iterator[Lead]:
    """The same in the order of a custom field."""
    return every_by(rows.select_related(*SHOWN), field, down=down)


def neighbours_of(rows: LeadSet, lead: Lead) -> tuple[UUID | None, UUID | None]:
    """Who stands before and after the lead in the list by score, as public ids. Each side is asked for nearest first, a
    stretch of the index at a time: put together with "or" it would be sorted as a whole."""
    worth, alike = lead.lasts_until, Q(lasts_until=lead.lasts_until)
    if worth is None:
        before, after = [alike & Q(id__gt=lead.pk), _SCORED], [alike & Q(id__lt=lead.pk)]
    else:
        before = [alike & Q(id__gt=lead.pk), Q(lasts_until__gt=worth)]
        after = [alike & Q(id__lt=lead.pk), Q(lasts_until__lt=worth), Q(lasts_until=None)]
    return _first(rows, before, ("lasts_until", "id")), _first(rows, after, ("-lasts_until", "-id"))


def _first(rows: LeadSet, stretches: list[Q], order: tuple[str, ...]) -> UUID | None:
    asked = (rows.filter(stretch).order_by(*order).values_list("public_id", flat=True).first() for stretch in stretches)
    return next((found for found in asked if found is not None), None)


def _slice(rows: LeadSet, column: str, down: bool, place: tuple[Any, int] | None, size: int) -> list[Lead]:
    sign, than = ("-", "lt") if down else ("", "gt")
    order = [f"{sign}{column}", f"{sign}id"] if column else ["-id"]
    if place is not None:
        value, pk = place
        behind = Q(**{f"id__{than}": pk})
        if column:
            behind = Q(**{f"{column}__{than}e": value}) & (Q(**{f"{column}__{than}": value}) | behind)
        rows = rows.filter(behind)
    return list(rows.select_related(*SHOWN).order_by(*order)[:size])


def _cursor(lead: Lead, column: str) -> str:
    value = getattr(lead, column)
    if isinstance(value, datetime):
        value = (value - _EPOCH) // timedelta(microseconds=1)
    return f"{'' if value is None else value}.{lead.pk}"


def _read(after: str, column: str) -> tuple[bool, tuple[Any, int] | None]:
    """(whether the cursor stands among rows with a value, its place)."""
    value, _dot, pk = after.partition(".")
    if not after.isascii() or not pk.isdecimal() or not (value == "" or value.lstrip("-").isdecimal()):
        return True, None
    if len(pk) > 18 or len(value) > 19:
        return True, None
    if value == "":
        return False, (None, int(pk))
    if column == "lasts_until":
        return True, (int(value), int(pk))
    try:
        return True, (_EPOCH + timedelta(microseconds=int(value)), int(pk))
    except OverflowError:
        return True, None
