"""All facts and decisions as text that is equal whenever the data is: of today, or as of a moment."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import models

from khoi.history.models import KINDS
from khoi.history.queries import recorded_models, table_as_of
from khoi.history.queries.images import columns_of, values_of
from khoi.leads.models import Lead, Stage
from khoi.pipeline.models import Opportunity, StageMove
from khoi.qualification.models import StageChange
from khoi.routing.models import Assignment

Values = dict[str, Any]
#: (occurred at, id, before, after) of one decision about a row.
Decided = tuple[datetime, int, Any, Any]
#: Row id → its decisions; of these rows, or of all.
Decisions = Callable[[Collection[int] | None], dict[int, list[Decided]]]


def canonical(as_of: datetime | None = None, *, known: str = "now") -> Iterator[str]:
    """One JSON object a line, by table and id, keys sorted, moments in UTC; no derived or secret column, no acts.

    Equal on SQLite and PostgreSQL. ``known``: with ``as_of``, what we know ``now`` about that moment, or what
    stood in the tables ``then``. A lead's stage and owner and a deal's stage follow the dates of their
    decisions, because an import writes today what was decided long ago.
    """
    for model in sorted(recorded_models(), key=lambda model: model._meta.db_table):
        kept = _kept(model)
        for pk, values in _rows(model, as_of, known):
            line = {"table": model._meta.db_table, "id": pk, **{c: values[c] for c in kept}}
            yield json.dumps(line, ensure_ascii=False, sort_keys=True, default=_as_text)


def _kept(model: type[models.Model]) -> list[str]:
    silent = KINDS[model].unrecorded | KINDS[model].secret
    return [column for column in columns_of(model) if column not in silent]


def _rows(model: type[models.Model], as_of: datetime | None, known: str) -> Iterable[tuple[int, Values]]:
    if as_of is None:
        return ((row.pk, values_of(row)) for row in model._base_manager.order_by("pk").iterator(chunk_size=5_000))
    rows = table_as_of(model, as_of, known=known)
    if known == "now":
        follow_decisions(model, rows, as_of)
    return sorted(rows.items())


def follow_decisions(
    model: type[models.Model], rows: dict[int, Values], at: datetime, among: Collection[int] | None = None
) -> None:
    """Bring the columns that repeat a decision to the one that held at the moment; ``among``: as ``table_as_of``."""
    for column, decisions, unset in MIRRORED.get(model, ()):
        _follow(rows, column, decisions(among), at, unset)


def _follow(rows: dict[int, Values], column: str, decided: dict[int, list[Decided]], at: datetime, unset: Any) -> None:
    """The column is what the last decision by then says, or what stood there before the first one."""
    for pk in rows.keys() & decided.keys():
        every = sorted(decided[pk], key=lambda one: one[:2])
        by_then = [after for moment, _, _, after in every if moment <= at]
        rows[pk][column] = by_then[-1] if by_then else (every[0][2] or unset)


def _decisions(model: type[models.Model], of: str, before: str, after: str) -> Decisions:
    def read(among: Collection[int] | None) -> dict[int, list[Decided]]:
        found: dict[int, list[Decided]] = {}
        rows = model._base_manager.values_list(of, "occurred_at", "id", before, after)
        if among is not None:
            rows = rows.filter(**{f"{of}__in": list(among)})
        for pk, moment, number, earlier, later in rows.iterator(chunk_size=5_000):
            found.setdefault(pk, []).append((moment, number, earlier, later))
        return found

    return read


#: Column that repeats the latest decision → where the decisions are, and the value before any.
MIRRORED: dict[type[models.Model], list[tuple[str, Decisions, Any]]] = {
    Lead: [
        ("lifecycle_stage", _decisions(StageChange, "lead_id", "from_stage", "to_stage"), Stage.SUSPECT.value),
        ("owner_id", _decisions(Assignment, "lead_id", "previous_owner_id", "owner_id"), None),
    ],
    Opportunity: [
        ("stage_id", _decisions(StageMove, "opportunity_id", "from_stage_id", "to_stage_id"), None),
    ],
}


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    raise TypeError(f"{type(value).__name__} has no canonical text")
