"""What a record looked like at an earlier version of it."""

from typing import Any

from django.db import models

from khoi.history.models import Change, code_of
from khoi.history.queries.images import columns_of, image, value_of


def base_of(record: models.Model, version: int) -> dict[str, Any]:
    """Column → the value it had at ``version``, for the columns changed since then."""
    fields = columns_of(type(record))
    later = Change.objects.filter(tbl=code_of(type(record)), row_id=record.pk, id__gt=version, op="u").order_by("-id")
    found: dict[str, Any] = {}
    for change in later:
        stored = image(change.before, change.personal)
        found |= {column: value_of(fields[column], value) for column, value in stored.items() if column in fields}
    return found
