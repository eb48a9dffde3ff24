"""Foreign keys between our tables, the ones without a name for the way back included."""

from typing import Any

from django.db import models

from khoi.history.models import KINDS
from khoi.history.queries.images import columns_of
from khoi.history.rules.tables import DERIVED, TRANSIENT

Model = type[models.Model]


def keys_of(model: Model) -> list["models.ForeignKey[Any, Any]"]:
    return [field for field in columns_of(model).values() if isinstance(field, models.ForeignKey)]


def pointers_to(model: Model) -> list[tuple[Model, "models.ForeignKey[Any, Any]"]]:
    """Every foreign key of our tables that points at the model."""
    relations = [r for r in model._meta.get_fields(include_hidden=True) if isinstance(r, models.ManyToOneRel)]
    return [(r.related_model, r.field) for r in relations if r.related_model in KINDS]


def lets_go(pointing: Model, field: "models.ForeignKey[Any, Any]") -> bool:
    """Whether a row of ``pointing`` does without what it points at: rebuilt, or free to be emptied."""
    table = KINDS[pointing]
    empties = table.kind == TRANSIENT or field.column in table.unrecorded
    return table.kind == DERIVED or (field.null and empties)


def needs(pointing: Model, field: "models.ForeignKey[Any, Any]") -> bool:
    """Whether a row of ``pointing`` cannot be without what it points at. A column that only repeats whose the record
    is that the row hangs on asks for nothing: the row's other keys do, and it is rebuilt from them."""
    return not lets_go(pointing, field) and field.column not in KINDS[pointing].unrecorded
