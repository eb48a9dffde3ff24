"""One record, with what hung on it, as of the end of a day, for programs; and rows as they were.

Only the rows concerned are read. Rights are today's: who may not see a row now does not see it then.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from heapq import merge
from itertools import islice
from operator import or_
from typing import Any, Final

from django.db import models
from django.db.models import Q

from khoi.accounts.models import Account, AccountValue, Contact
from khoi.activities.models import Activity, Task
from khoi.custom.models import CustomValue
from khoi.history.models import KINDS, Act, Change, code_of
from khoi.history.queries import RowChange, table_as_of
from khoi.history.queries.images import columns_of, image, value_of
from khoi.history.queries.lives import changes_since, chunks
from khoi.history.queries.stories import FieldChange
from khoi.leads.models import BantFact, Lead, LeadValue
from khoi.people.models import Consent, ContactPoint, Person, PersonValue
from khoi.pipeline.models import Opportunity, OpportunityValue, StageMove
from khoi.qualification.models import StageChange
from khoi.routing.models import Assignment
from khoi.team.rules import Principal
from khoi.timemachine.queries import outside, telling
from khoi.timemachine.queries.departed import missing, would_see
from khoi.timemachine.queries.dump import follow_decisions
from khoi.timemachine.queries.standing import Model, seen
from khoi.timemachine.queries.words import field_words
from khoi.touchpoints.models import Touchpoint

Values = dict[str, Any]

#: A record → the tables whose rows hang on it, and by which column.
HANGING: Final[dict[Model, tuple[tuple[Model, str], ...]]] = {
    Lead: (
        (LeadValue, "lead_id"),
        (Opportunity, "lead_id"),
        (Task, "lead_id"),
        (BantFact, "lead_id"),
        (Activity, "lead_id"),
        (StageChange, "lead_id"),
        (Assignment, "lead_id"),
    ),
    Person: (
        (ContactPoint, "person_id"),
        (PersonValue, "person_id"),
        (Consent, "person_ref"),
        (Lead, "person_id"),
        (Opportunity, "person_id"),
        (Contact, "person_id"),
        (Task, "person_id"),
        (Activity, "person_id"),
        (Touchpoint, "person_id"),
    ),
    Account: (
        (AccountValue, "account_id"),
        (Opportunity, "account_id"),
        (Contact, "account_id"),
        (Lead, "account_id"),
    ),
    Opportunity: ((OpportunityValue, "opportunity_id"), (StageMove, "opportunity_id")),
    Task: (),
    Activity: (),
}
#: Column of a moment that may not have come yet, as where an import told a whole life in one act → what was not known
#: then either, with what stands there instead.
AHEAD: Final[Mapping[Model, Mapping[str, Values]]] = {
    Lead: {"responded_at": {"responded_at": None}, "accepted_at": {"accepted_at": None}},
    Task: {"done_at": {"done_at": None}},
    Opportunity: {"closed_at": {"closed_at": None, "lost_reason": "", "lost_note": ""}},
}


#: So many ids are looked for among old values at once; SQLite bounds how deep a question goes.
NAMED: Final = 100


@dataclass(frozen=True, slots=True)
class Moment:
    at: datetime
    known: str


@dataclass(frozen=True, slots=True)
class Raw:
    """``values``: of the record, None when it was not there; ``hanging``: table → values of rows that hung on it."""

    values: Values | None
    hanging: dict[str, list[Values]]


def raw_as_of(record: models.Model, actor: Principal, at: datetime, *, known: str) -> Raw:
    model = type(record)
    rows = rows_as_of(model, [record.pk], at, known=known)
    if record.pk not in rows:
        return Raw(None, {})
    found = {
        hanging._meta.db_table: _public(hanging, hanging_as_of(hanging, column, record.pk, actor, at, known), actor)
        for hanging, column in HANGING[model]
    }
    return Raw(_public(model, rows, actor)[0], {table: lines for table, lines in found.items() if lines})


def rows_as_of(model: Model, ids: Collection[int], at: datetime, *, known: str) -> dict[int, Values]:
    """These rows as of the moment; a stage and an owner follow the dates of their decisions, as in the reports."""
    rows = table_as_of(model, at, known=known, among=ids)
    if known == "now":
        told_by_then(model, rows, at)
    return rows


def told_by_then(model: Model, rows: dict[int, Values], at: datetime) -> None:
    """Bring what one act may have told of a whole life to what had befallen these rows by the moment."""
    for part in chunks(rows):
        follow_decisions(model, {pk: rows[pk] for pk in part}, at, among=part)
    for row in rows.values():
        for column, unset in AHEAD.get(model, {}).items():
            if row[column] is not None and row[column] > at:
                row |= unset
    if model is Opportunity:
        _enter_stages(rows, at)


def _enter_stages(rows: Mapping[int, Values], at: datetime) -> None:
    """A deal entered its stage of then with its last move by then."""
    for part in chunks(rows):
        moves = StageMove.objects.filter(opportunity__in=part, occurred_at__lte=at).order_by("occurred_at", "id")
        for pk, moment in moves.values_list("opportunity_id", "occurred_at"):
            rows[pk]["entered_stage_at"] = moment


def hanging_as_of(model: Model, column: str, pk: int, actor: Principal, at: datetime, known: str) -> dict[int, Values]:
    """Rows of the table that hung on the record then, latest first; those deleted since included."""
    standing = set(seen(model, actor).filter(**{column: pk}).values_list("pk", flat=True))
    gone = gone_from(model, column, [pk])
    rows = rows_as_of(model, standing | would_see(actor, model, gone), at, known=known)
    mine = {row: values for row, values in rows.items() if values.get(column) == pk}
    day = str(getattr(model, "occurred_field", "") or "")
    return dict(sorted(mine.items(), key=lambda pair: (str(pair[1].get(day) or ""), pair[0]), reverse=True))


def gone_from(model: Model, column: str, pks: Collection[int]) -> set[int]:
    """Rows of which none stands, and that named one of these when they were deleted."""
    deleted = Change.objects.filter(tbl=code_of(model), op="d")
    every, gone = sorted(pks), set[int]()
    for start in range(0, len(every), NAMED):
        named = _named(column, every[start : start + NAMED])
        gone |= set(deleted.filter(named).values_list("row_id", flat=True))
    return missing(model, gone)


def moved_from(model: Model, column: str, pks: Collection[int], at: datetime) -> set[int]:
    """Rows that named one of these and were made to name another one since."""
    later = changes_since(model, at).filter(_named(column, pks), op="u")
    return set(later.values_list("row_id", flat=True))


def _named(column: str, pks: Collection[int]) -> Q:
    """Old values that begin like it; who asks reads them."""
    said = [f'"{column}":{space}{pk}' for pk in pks for space in ("", " ")]
    return reduce(or_, (Q(before__contains=one) for one in said))


def _told(
    model: Model, rows: dict[int, Values], actor: Principal, moment: Moment, *, without: Collection[str] = ()
) -> list[telling.Row]:
    """Rows in words, as a history page shows one that has just come; people and accounts by their names of that day."""
    then, of_value = _names_then(model, rows, moment), issubclass(model, CustomValue)
    leave = () if of_value else without
    came = [_came(model, pk, {c: v for c, v in row.items() if c not in leave}) for pk, row in rows.items()]
    told = telling.tell_rows(came, actor, then=then)
    bare = of_value or not (model in telling.PAGES or any(hasattr(model, name) for name in telling.NAMING))
    return [replace(row, name="", url="") for row in told] if bare else told


def _names_then(model: Model, rows: dict[int, Values], moment: Moment) -> dict[tuple[Model, int], str]:
    """What the rows, and the people, accounts, leads and contacts they name, were called that day."""
    of_person = {
        (target, pk): person
        for target, column in ((Lead, "lead_id"), (Contact, "contact_id"))
        for pk, person in target._base_manager.filter(pk__in=_ids(rows, column)).values_list("pk", "person")
    }
    people = _called(Person, {*_ids(rows, "person_id"), *of_person.values()}, "full_name", moment)
    accounts = _called(Account, _ids(rows, "account_id"), "name", moment)
    names: dict[tuple[Model, int], str] = {(Person, pk): name for pk, name in people.items()}
    names |= {(Account, pk): name for pk, name in accounts.items()}
    names |= {row: people[person] for row, person in of_person.items() if people.get(person)}
    for pk, values in rows.items():
        own = next((str(values[c]) for c in telling.NAMING if values.get(c)), "")
        if named := own or people.get(values.get("person_id") or 0) or values.get("company_name"):
            names[model, pk] = str(named)
    return names


def _ids(rows: dict[int, Values], column: str) -> set[int]:
    return {values[column] for values in rows.values() if values.get(column)}


def _called(model: Model, ids: set[int], column: str, moment: Moment) -> dict[int, str]:
    found = rows_as_of(model, ids, moment.at, known=moment.known) if ids else {}
    return {pk: str(values[column]) for pk, values in found.items()}


def _came(model: Model, pk: int, values: Values) -> RowChange:
    kept = _kept(model)
    fields = tuple(FieldChange(kept[column], None, value) for column, value in values.items() if column in kept)
    return RowChange(pk, Act(), model, pk, None, "i", fields, False)


def _kept(model: Model) -> dict[str, str]:
    """Column → field, without what is rebuilt (of which nobody knows the past) and what is secret."""
    silent = KINDS[model].unrecorded | KINDS[model].secret
    return {column: field.name for column, field in columns_of(model).items() if column not in silent}


def _public(model: Model, rows: dict[int, Values], actor: Principal) -> list[Values]:
    """Field → value; what a row points at as ``outside`` tells it."""
    kept = _kept(model)
    pointing = {column: target for column in kept if (target := outside.target_of(model, column)) is not None}
    told = outside.told_outside(
        {(target, pk) for column, target in pointing.items() for pk in _ids(rows, column)}, actor
    )
    return [
        {kept[c]: outside.said(model, c, v, told) if c in pointing else v for c, v in values.items() if c in kept}
        for values in rows.values()
    ]


# --- lists


#: What the lists tell of each row, by field.
COLUMNS: Final[dict[Model, tuple[str, ...]]] = {
    Lead: ("lifecycle_stage", "work_status", "owner", "source", "arrived_at"),
    Opportunity: ("stage", "amount", "close_on", "owner", "closed_at"),
    Person: ("job_title", "language"),
    Account: ("industry", "region", "employees", "owner"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A record of that day, with the values of ``COLUMNS``. ``url``: of its page; empty when it is gone today."""

    name: str
    url: str
    values: tuple[telling.Value, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """``more``: whether there is another page."""

    lines: list[Line]
    more: bool


def list_as_of(model: Model, actor: Principal, at: datetime, *, known: str, page: int, size: int) -> Lines:
    """Those that were there, latest first. No more is read than the pages up to this one. People who had been merged
    into somebody by then are found as that one."""
    day = "created_at" if known == "then" else str(getattr(model, "occurred_field", None) or "created_at")
    start = (page - 1) * size
    keys = list(islice(_keys(model, actor, at, day), start, start + size + 1))
    ids = [pk for _, pk in keys[:size]]
    rows = {pk: row for pk, row in rows_as_of(model, ids, at, known=known).items() if not row.get("merged_into_id")}
    told = dict(zip(rows, _told(model, rows, actor, Moment(at, known)), strict=True))
    lines = [Line(told[pk].name, told[pk].url, tuple(_cells(model, told[pk]))) for pk in ids if pk in rows]
    return Lines(lines, len(keys) > size)


def _cells(model: Model, row: telling.Row) -> Iterator[telling.Value]:
    told = {line.label: line.after for line in row.lines}
    for name in COLUMNS[model]:
        yield told.get(field_words(name), telling.Value("empty"))


def _keys(model: Model, actor: Principal, at: datetime, day: str) -> Iterator[tuple[datetime, int]]:
    """(day, id) of what may have been there, latest first: rows of today, and those deleted since."""
    standing = seen(model, actor).filter(**{f"{day}__lte": at}).order_by(f"-{day}", "-pk").values_list(day, "pk")
    field = columns_of(model)[day]
    gone: list[tuple[datetime, int]] = []
    for row, before, personal in _deleted(model):
        values = image(before, personal)
        moment = value_of(field, values.get(day))
        if moment is not None and moment <= at:
            gone.append((moment, row))
    theirs = would_see(actor, model, {row for _, row in gone})
    mine = sorted(((moment, row) for moment, row in gone if row in theirs), reverse=True)
    return merge(standing.iterator(chunk_size=200), mine, reverse=True)


def _deleted(model: Model) -> "models.QuerySet[Any, Any]":
    """The last deletion of each row that is gone today."""
    gone = Change.objects.filter(tbl=code_of(model), op="d").exclude(row_id__in=model._base_manager.values("pk"))
    last = gone.order_by().values("row_id").annotate(last=models.Max("id")).values("last")
    return gone.filter(pk__in=last).values_list("row_id", "before", "personal")
