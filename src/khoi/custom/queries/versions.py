"""What stood in the fields of a record at an earlier version of it."""

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

from django.db import models

from khoi.custom.models import CustomField, link_of, live, values_model
from khoi.custom.queries.reading import READ, value_in
from khoi.custom.rules import Value
from khoi.history.models import Change, code_of
from khoi.history.queries import rows_at


def values_at(record: models.Model, version: int) -> dict[str, Value]:
    """Key → the value at ``version``, for the fields whose value was written since then."""
    model = values_model(record)
    link = link_of(model)
    rows = {row.pk: row for row in live(model).filter(**{link: record.pk})}
    then = rows_at(model, [*rows, *_gone(record, model, version)], version)
    earlier: dict[int, list[Any]] = defaultdict(list)
    for pk, values in then.items():
        if values is not None and values[f"{link}_id"] == record.pk:
            earlier[values["field_id"]].append(SimpleNamespace(**{name: values[name] for name in READ}))
        elif values is None and pk in rows:
            earlier[rows[pk].field_id] += []
    for pk, row in rows.items():  # what was not written since stands as it stood
        if pk not in then and row.field_id in earlier:
            earlier[row.field_id].append(row)
    fields = CustomField.objects.in_bulk(earlier)
    return {fields[pk].key: value_in(fields[pk], some) for pk, some in earlier.items()}


def _gone(record: models.Model, model: type[models.Model], version: int) -> list[int]:
    """Rows that an undo about the record has taken out since."""
    deleted = Change.objects.filter(
        act__subject_tbl=code_of(type(record)), act__subject_id=record.pk, tbl=code_of(model), op="d", id__gt=version
    )
    return list(deleted.values_list("row_id", flat=True))
