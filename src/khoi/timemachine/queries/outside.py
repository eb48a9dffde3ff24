"""How programs are told what a row points at: by the id or code it is known by outside, or that it is hidden."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import models

from khoi.history.models import Change, code_of
from khoi.history.queries import RowChange
from khoi.history.queries.images import columns_of, image, value_of
from khoi.history.queries.lives import chunks
from khoi.people.models import Consent, Person
from khoi.team.rules import Principal
from khoi.timemachine.queries.departed import known
from khoi.timemachine.queries.standing import Model

#: Stands for a record out of the reader's sight; an empty reference is null.
HIDDEN: Final = "hidden"
#: The first of these that a table has is what its rows are known by outside.
KNOWN_BY: Final = ("public_id", "code", "key")
#: Numbers of records that are no foreign keys: an erasure takes the key, the number stays by law.
BARE: Final[dict[tuple[Model, str], Model]] = {(Consent, "person_ref"): Person}

Pointed = tuple[Model, int]
#: What is pointed at → what programs are told of it.
Told = Mapping[Pointed, Any]


def target_of(model: Model, name: str) -> Model | None:
    """The table that a field points at, by the field's name or its column's; None for one that holds a value."""
    if (model, name) in BARE:
        return BARE[model, name]
    field = next((f for f in model._meta.concrete_fields if name in (f.name, f.column)), None)
    return field.related_model if isinstance(field, models.ForeignKey) else None


def pointed_at(changes: Iterable[RowChange]) -> set[Pointed]:
    """What the changes' fields pointed at, before and after."""
    found = set()
    for change in changes:
        for told in change.fields:
            if (target := target_of(change.model, told.field)) is not None:
                found |= {(target, pk) for pk in (told.before, told.after) if pk is not None}
    return found


def told_outside(pointed: Iterable[Pointed], actor: Principal) -> Told:
    """Row → what it is known by outside, for those the actor sees, or would see if they stood; else ``HIDDEN``."""
    wanted: dict[Model, set[int]] = defaultdict(set)
    for model, pk in pointed:
        wanted[model].add(pk)
    told: dict[Pointed, Any] = {}
    for model, ids in wanted.items():
        names = _names(model, known(actor, model, ids))
        told |= {(model, pk): names.get(pk, HIDDEN) for pk in ids}
    return told


def said(model: Model, name: str, value: Any, told: Told) -> Any:
    """A field's value as programs are told it."""
    target = target_of(model, name)
    return value if target is None or value is None else told.get((target, value), HIDDEN)


def _names(model: Model, ids: set[int]) -> dict[int, Any]:
    by_column = columns_of(model)
    column = next((name for name in KNOWN_BY if name in by_column), None)
    if column is None:
        return {pk: pk for pk in ids}
    found: dict[int, Any] = {}
    for part in chunks(ids):
        gone = Change.objects.filter(tbl=code_of(model), op="d", row_id__in=part).order_by("id")
        for row, before, personal in gone.values_list("row_id", "before", "personal"):
            if (held := image(before, personal).get(column)) is not None:
                found[row] = value_of(by_column[column], held)
        found |= dict(model._base_manager.filter(pk__in=part).values_list("pk", column))
    return found
