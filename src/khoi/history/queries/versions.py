"""What a record looked like at an earlier version of it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models

from khoi.history.models import Change, code_of
from khoi.history.queries.images import columns_of, image, value_of
from khoi.history.queries.lives import READ, Values, chunks, current_rows, values_before
from khoi.history.rules.rows import Step, rewound


def base_of(record: models.Model, version: int) -> dict[str, Any]:
    """Column → the value it had at ``version``, for the columns changed since then."""
    fields = columns_of(type(record))
    later = Change.objects.filter(tbl=code_of(type(record)), row_id=record.pk, id__gt=version, op="u").order_by("-id")
    found: dict[str, Any] = {}
    for change in later:
        stored = image(change.before, change.personal)
        found |= {column: value_of(fields[column], value) for column, value in stored.items() if column in fields}
    return found


def rows_at(model: type[models.Model], row_ids: Iterable[int], version: int) -> dict[int, Values | None]:
    """Row id → values at ``version`` (None: not there), for those of the rows that were written since."""
    ids, fields = set(row_ids), columns_of(model)
    steps: dict[int, list[Step]] = defaultdict(list)
    later = Change.objects.filter(tbl=code_of(model), id__gt=version).order_by("id").values_list(*READ)
    for chunk in chunks(ids):
        for pk, act, row, op, before, personal in later.filter(row_id__in=chunk):
            steps[row].append(Step(pk, act, op, values_before(fields, before, personal), counted=True))
    now = current_rows(model, steps) if steps else {}
    return {pk: rewound(found, now.get(pk)) for pk, found in steps.items()}
