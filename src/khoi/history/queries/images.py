"""Values as the triggers wrote them, turned back into what the model's fields hold.

SQLite writes booleans as 0 and 1, moments as text without a zone and JSON as text; PostgreSQL writes
its own JSON. Both read back to the same Python value, so a history moves between the engines.
"""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import models


def columns_of(model: type[models.Model]) -> dict[str, "models.Field[Any, Any]"]:
    """Column name → field, without the primary key."""
    return {str(f.column): f for f in model._meta.concrete_fields if not f.primary_key}


def image(text: str | None, personal: str | None) -> dict[str, Any]:
    """One change's values, the personal ones put back among the others."""
    return {**(json.loads(text) if text else {}), **(json.loads(personal) if personal else {})}


def value_of(field: "models.Field[Any, Any]", stored: Any) -> Any:
    """A stored JSON value as the field's Python value."""
    if stored is None:
        return None
    if isinstance(field, models.ForeignKey):
        return value_of(field.target_field, stored)
    if isinstance(field, models.DateTimeField):
        moment = datetime.fromisoformat(stored)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if isinstance(field, models.DateField):
        return date.fromisoformat(stored)
    if isinstance(field, models.BooleanField):
        return bool(stored)
    if isinstance(field, models.JSONField):
        return json.loads(stored) if isinstance(stored, str) else stored
    if isinstance(field, models.UUIDField):
        return UUID(stored)
    if isinstance(field, models.BinaryField):
        return bytes.fromhex(stored.removeprefix("x:").removeprefix("\\x"))
    return field.to_python(stored)


def values_of(row: models.Model) -> dict[str, Any]:
    """A row as column → Python value."""
    return {column: getattr(row, field.attname) for column, field in columns_of(type(row)).items()}
