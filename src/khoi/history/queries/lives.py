"""The steps of many rows of one table, and the table as of a moment."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F

from khoi.history.models import KINDS, Change, code_of
from khoi.history.queries.images import columns_of, image, value_of, values_of
from khoi.history.rules.rows import Step, rewound, state_counting

Counts = Callable[[dict[str, Any]], bool]

CHUNK = 500


def steps_of(
    model: type[models.Model], row_ids: Iterable[int] | None, counts: Callable[[Change], bool]
) -> dict[int, list[Step]]:
    """Row id → its steps in order of time. ``row_ids`` None reads the whole table."""
    fields = columns_of(model)
    found: dict[int, list[Step]] = defaultdict(list)
    for change in _changes(code_of(model), row_ids):
        stored = image(change.before, change.personal)
        before = {c: value_of(fields[c], v) for c, v in stored.items() if c in fields}
        found[change.row_id].append(Step(change.pk, change.act_id, change.op, before, counts(change)))
    return found


def _changes(code: int, row_ids: Iterable[int] | None) -> Iterable[Change]:
    ordered = (
        Change.objects.filter(tbl=code).select_related("act").order_by(F("act__position").asc(nulls_last=True), "id")
    )
    if row_ids is None:
        yield from ordered.iterator(chunk_size=5_000)
        return
    ids = sorted(row_ids)
    for start in range(0, len(ids), CHUNK):
        yield from ordered.filter(row_id__in=ids[start : start + CHUNK])


def current_rows(model: type[models.Model], row_ids: Iterable[int] | None = None) -> dict[int, dict[str, Any]]:
    if row_ids is None:
        return {row.pk: values_of(row) for row in model._base_manager.iterator(chunk_size=5_000)}
    ids, rows = sorted(row_ids), {}
    for start in range(0, len(ids), CHUNK):
        for row in model._base_manager.filter(pk__in=ids[start : start + CHUNK]):
            rows[row.pk] = values_of(row)
    return rows


def table_as_of(model: type[models.Model], at: datetime, *, known: str) -> dict[int, dict[str, Any]]:
    """Row id → values, as of the moment ``at``.

    ``known="then"``: what stood in the table at that moment. ``known="now"``: what we know today about
    that moment: only what had occurred by then, late entries included, acts taken back left out.
    """
    rows = _then(model, at) if known == "then" else _now(model, at)
    return {pk: values for pk, values in rows.items() if values is not None}


def _then(model: type[models.Model], at: datetime) -> dict[int, dict[str, Any] | None]:
    rows: dict[int, dict[str, Any] | None] = dict(current_rows(model))
    for pk, steps in steps_of(model, None, lambda change: change.act.recorded_at > at).items():
        rows[pk] = rewound([s for s in steps if s.counted], rows.get(pk))
    return rows


def _now(model: type[models.Model], at: datetime) -> dict[int, dict[str, Any] | None]:
    dated = getattr(model, "occurred_field", None)
    today = current_rows(model)

    def counts(change: Change) -> bool:
        standing = change.act.undone_by_id is None and not change.act.is_undo
        return standing and ((change.op == "i" and dated is not None) or change.act.occurred_at <= at)

    rows: dict[int, dict[str, Any] | None] = {}
    for pk, steps in steps_of(model, None, counts).items():
        rows[pk] = state_counting(steps, today.get(pk))
        state = rows[pk]
        if dated is not None and state is not None and state[dated] is not None and state[dated] > at:
            rows[pk] = None
    return rows


def recorded_models() -> list[type[models.Model]]:
    """Facts and decisions, in the order of their codes."""
    found = [(table.code, model) for model, table in KINDS.items() if table.recorded and table.code is not None]
    return [model for _, model in sorted(found, key=lambda pair: pair[0])]
