"""The list of deals: sorted, in parts by key, and as rows for a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import F, OrderBy, Q, QuerySet

from khoi.custom.models import CustomField
from khoi.custom.queries import every_by, part_by
from khoi.pipeline.models import Opportunity

PART: Final = 50
#: sort → the column it goes by; with a minus the other way round. What has no value stands last either way.
SORTS: Final = {"close": "close_on", "amount": "amount", "age": "entered_stage_at", "closed": "closed_at"}
#: What a row shows beside the deal.
SHOWN: Final = ("account", "person", "owner", "stage")
EXPORTED: Final = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """``after`` is where the next part begins, '' at the end."""

    deals: tuple[Opportunity, ...]
    after: str


def part(found: "QuerySet[Opportunity]", sort: str, after: str = "", size: int = PART) -> Part:
    """The deals behind ``after``, at most ``size``. A place that cannot be read is the beginning."""
    column, backward = _column(sort)
    ordered = found.select_related(*SHOWN).order_by(_order(column, backward), "id")
    if (place := _place(column, after)) is not None:
        ordered = ordered.filter(_behind(column, backward, *place))
    rows = list(ordered[: size + 1])
    more = len(rows) > size
    return Part(tuple(rows[:size]), _mark(column, rows[size - 1]) if more else "")


def every(found: "QuerySet[Opportunity]", sort: str) -> Iterator[Opportunity]:
    """All of them in order, a part at a time: memory stays flat."""
    after = ""
    while True:
        here = part(found, sort, after, EXPORTED)
        yield from here.deals
        if not (after := here.after):
            return


def part_by_own(
    found: "QuerySet[Opportunity]", field: CustomField, *, down: bool, after: str = "", size: int = PART
) -> Part:
    """The same in the order of a custom field."""
    shown, place = part_by(found.select_related(*SHOWN), field, down=down, after=after, size=size)
    return Part(tuple(shown), place)


def every_by_own(found: "QuerySet[Opportunity]", field: CustomField, *, down: bool) -> Iterator[Opportunity]:
    return every_by(found.select_related(*SHOWN), field, down=down)


def known_sort(sort: str) -> str:
    return sort if sort.removeprefix("-") in SORTS else "close"


def _column(sort: str) -> tuple[str, bool]:
    return SORTS[known_sort(sort).removeprefix("-")], sort.startswith("-")


def _order(column: str, backward: bool) -> OrderBy:
    return F(column).desc(nulls_last=True) if backward else F(column).asc(nulls_last=True)


def _behind(column: str, backward: bool, value: date | int | None, pk: int) -> Q:
    if value is None:
        return Q(**{f"{column}__isnull": True}, pk__gt=pk)
    further = Q(**{f"{column}__{'lt' if backward else 'gt'}": value})
    return further | Q(**{column: value}, pk__gt=pk) | Q(**{f"{column}__isnull": True})


def _mark(column: str, deal: Opportunity) -> str:
    value = getattr(deal, column)
    return f"{value.isoformat() if isinstance(value, date) else '' if value is None else value}~{deal.pk}"


def _place(column: str, after: str) -> tuple[date | int | None, int] | None:
    text, tilde, pk = after.rpartition("~")
    if not tilde:
        return None
    try:
        if not text:
            return None, int(pk)
        if column == "amount":
            return int(text), int(pk)
        return (date if column == "close_on" else datetime).fromisoformat(text), int(pk)
    except ValueError:
        return None
