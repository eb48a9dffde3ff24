"""The steps of many rows of one table, and the table as of a moment."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Max, Min, Q

from khoi.history.models import KINDS, Act, Change, code_of
from khoi.history.queries.coverage import coverage
from khoi.history.queries.images import columns_of, image, value_of
from khoi.history.rules.rows import Step, rewound, state_counting
from khoi.kit.db.asking import ask, records_by

Values = dict[str, Any]
Rows = dict[int, Values]

#: Ids named in one query; SQLite takes 32,766 at most.
CHUNK = 5_000

#: So few rows are read quicker as records, whose question is written already.
FEW = 100

#: What was done since is gone through when it is less than this part of all that was done.
RECENT = 8

#: Changes whose act stands: neither taken back nor itself an undo.
STANDING = Q(act__undone_by=None, act__is_undo=False)

#: What is read of a change: plain tuples, because an import has many of them.
READ = ("pk", "act_id", "row_id", "op", "before", "personal")


_STEPS = (
    "select id, act_id, row_id, op, before, personal from history_change "
    "where row_id in ({ids}) and tbl = %s order by id"
)


def chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    every = sorted(ids)
    for start in range(0, len(every), CHUNK):
        yield every[start : start + CHUNK]


#: (act id, op of a change) → whether it is felt.
Counts = Callable[[int, str], bool]


def steps_of(model: type[models.Model], row_ids: Iterable[int], counts: Counts) -> dict[int, list[Step]]:
    """Row id → all its steps in order of time.

    The order of ids is the order of time for one row: whoever changes it second waits for the first.
    """
    found: dict[int, list[Step]] = defaultdict(list)
    fields = columns_of(model)
    for chunk in chunks(row_ids):
        for pk, act, row, op, before, personal in ask(_STEPS, chunk, code_of(model)):
            found[row].append(Step(pk, act, op, values_before(fields, before, personal), counts(act, op)))
    return found


def values_before(fields: Mapping[str, "models.Field[Any, Any]"], before: str | None, personal: str | None) -> Values:
    """Column → value before a change; columns the table no longer has are left out."""
    return {c: value_of(fields[c], v) for c, v in image(before, personal).items() if c in fields}


def current_rows(model: type[models.Model], row_ids: Iterable[int] | None = None) -> Rows:
    """Row id → column → value; of all rows without the cost of making records of them."""
    columns = {field.attname: column for column, field in columns_of(model).items()}
    if row_ids is not None and len(ids := set(row_ids)) <= FEW:
        found = (record for chunk in chunks(ids) for record in records_by(model, "pk", chunk))
        return {one.pk: {column: getattr(one, name) for name, column in columns.items()} for one in found}
    every = model._base_manager.values_list("pk", *columns)
    some = [every] if row_ids is None else [every.filter(pk__in=chunk) for chunk in chunks(ids)]
    rows = (row for part in some for row in part.iterator(chunk_size=CHUNK))
    return {pk: dict(zip(columns.values(), values, strict=True)) for pk, *values in rows}


def table_as_of(model: type[models.Model], at: datetime, *, known: str, among: Collection[int] | None = None) -> Rows:
    """Row id → values, as of the moment ``at``.

    ``known="then"``: what stood in the table at that moment. ``known="now"``: what we know today about
    that moment: only what had occurred by then, late entries included, acts taken back left out.
    Derived columns hold today's values either way. ``among``: only these rows, and no more is read than theirs.
    """
    if known not in ("now", "then"):
        raise ValueError("known is “now” or “then”")
    rows = _then(model, at, among) if known == "then" else _now(model, at, among)
    fields = columns_of(model)
    return {pk: _whole(values, fields) for pk, values in rows.items() if values is not None}


class TooManyDiffer(Exception):
    """More rows have changed since than were agreed to be walked."""


@dataclass(frozen=True, slots=True)
class Differing:
    """What of a table was otherwise at a moment. ``rows``: id → values, None for what was not there; of those alone
    the history was walked. ``came``: a queryset of the ids of rows that only came since, as far as they are not among
    ``rows``. All others stand as they stood."""

    rows: dict[int, Values | None]
    came: "models.QuerySet[Any, Any]"


def rows_that_differ(
    model: type[models.Model], at: datetime, *, known: str, most: int, also: Collection[int] = ()
) -> Differing:
    """``table_as_of`` without what is the same today. ``also``: rows to be told even if they are the same.

    Of rows that changed since no more than ids are read at first; past ``most`` of them ``TooManyDiffer`` is raised.
    """
    recorded, since = Change.objects.filter(tbl=code_of(model)).order_by(), changes_since(model, at)
    after = Q(act__recorded_at__gt=at) if known == "then" else Q(act__occurred_at__gt=at)
    later, of_rows = since.filter(after), recorded.filter(after)
    dated: str | None = getattr(model, "occurred_field", None)
    touched = set(later.exclude(op="i").values_list("row_id", flat=True).distinct()) | set(also)
    came: models.QuerySet[Any, Any]
    if known == "now" and dated is not None:
        came = model._base_manager.filter(**{f"{dated}__gt": at}).order_by().values("pk")
        walked = touched - _among(came, "pk", touched)
        walked |= _among(of_rows, "row_id", touched, before__contains=f'"{dated}"')
    else:
        entered = Q(op="i") if known == "then" else STANDING & Q(op="i")
        came = later.filter(entered).values("row_id")
        walked = touched - _among(of_rows.filter(entered), "row_id", touched)
        walked |= _among(of_rows, "row_id", touched, op="d")
        if known == "now":  # an undo brought them back: they are not new
            walked |= set(later.filter(op="i").exclude(STANDING).values_list("row_id", flat=True))
    if len(walked) > most:
        raise TooManyDiffer(model._meta.db_table)
    rows: dict[int, Values | None] = dict.fromkeys(walked)
    for chunk in chunks(walked):
        rows |= table_as_of(model, at, known=known, among=chunk)
    return Differing(rows, came)


def changes_since(model: type[models.Model], at: datetime) -> "models.QuerySet[Change]":
    """The table's changes of acts recorded after the moment; nothing occurs after it was recorded. Of a day not long
    ago they are looked for among all that was done since, of an early one among all that befell the table."""
    last = Act.objects.aggregate(last=Max("pk"))["last"] or 0
    first = Act.objects.filter(recorded_at__gt=at).aggregate(first=Min("pk"))["first"] or last + 1
    changes = Change.objects.filter(act__gte=first).order_by()
    if (last - first) * RECENT < last:  # a sum has no index, so the range of acts is gone through
        return changes.annotate(kind=F("tbl") + 0).filter(kind=code_of(model))
    return changes.filter(tbl=code_of(model))


def _among(rows: "models.QuerySet[Any, Any]", column: str, ids: Iterable[int], **asked: Any) -> set[int]:
    """Those of the ids that the rows name."""
    found: set[int] = set()
    for chunk in chunks(ids):
        found |= set(rows.filter(**{f"{column}__in": chunk}, **asked).values_list(column, flat=True))
    return found


def _whole(values: Values, fields: Mapping[str, "models.Field[Any, Any]"]) -> Values:
    """A row that went before the table had all its columns holds in the others what a new row would."""
    missing = fields.keys() - values.keys()
    return {**values, **{column: fields[column].get_default() for column in missing}} if missing else values


def _changes(model: type[models.Model], among: Collection[int] | None) -> "models.QuerySet[Change]":
    """Of one table, or of these rows of it: a page of them, not many."""
    changes = Change.objects.filter(tbl=code_of(model))
    return changes if among is None else changes.filter(row_id__in=list(among))


def _then(model: type[models.Model], at: datetime, among: Collection[int] | None) -> dict[int, Values | None]:
    rows: dict[int, Values | None] = dict(current_rows(model, among))
    later = _changes(model, among).filter(act__recorded_at__gt=at).order_by("id").values_list(*READ)
    steps: dict[int, list[Step]] = defaultdict(list)
    fields = columns_of(model)
    for pk, act, row, op, before, personal in later.iterator(chunk_size=CHUNK):
        steps[row].append(Step(pk, act, op, values_before(fields, before, personal), counted=True))
    return rows | {pk: rewound(found, rows.get(pk)) for pk, found in steps.items()}


def _now(model: type[models.Model], at: datetime, among: Collection[int] | None) -> dict[int, Values | None]:
    """Only rows that changed later have to be walked; all others stand as they were."""
    rows: dict[int, Values | None] = dict(current_rows(model, among))
    later = _changes(model, among).filter(STANDING, act__occurred_at__gt=at)
    steps = steps_of(model, set(later.values_list("row_id", flat=True).distinct()), stands(model))
    late = frozenset(later.values_list("act_id", flat=True).distinct())
    dated: str | None = getattr(model, "occurred_field", None)
    for pk, found in steps.items():
        rows[pk] = _without_late(found, rows.get(pk), late, whole_entry=dated is not None)
    if dated is not None:
        rows = {pk: None if row and row[dated] and row[dated] > at else row for pk, row in rows.items()}
    return rows


def _without_late(
    steps: list[Step], current: Values | None, late: frozenset[int], *, whole_entry: bool
) -> Values | None:
    """One row of today, without what came later. A row that carries its own date came when that says:
    the act that entered it counts as a whole, however late it was entered."""
    entered = {s.act_id for s in steps if s.op == "i" and s.counted} if whole_entry else set()
    felt = [replace(s, counted=s.counted and (s.act_id not in late or s.act_id in entered)) for s in steps]
    return state_counting(felt, current)


def stands(model: type[models.Model]) -> Counts:
    """Whether a change is felt today. Rows that stay by law keep their coming and going."""
    today, permanent = coverage(), KINDS[model].permanent
    return lambda act, op: (permanent and op != "u") or today.counts(act)


def recorded_models() -> list[type[models.Model]]:
    """Facts and decisions, in the order of their codes."""
    found = [(table.code, model) for model, table in KINDS.items() if table.recorded and table.code is not None]
    return [model for _, model in sorted(found, key=lambda pair: pair[0])]
