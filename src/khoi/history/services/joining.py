"""Two records are one: what points at the one points at the other from now on, and nothing is deleted."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models

from khoi.history.queries.pointers import Pointing, foreign_keys_to
from khoi.kit.db.asking import any_by


def join_rows(
    pointers: Iterable[Pointing],
    *,
    stays: models.Model,
    goes: models.Model,
    fills: Callable[[Any], bool] = lambda live: True,
) -> None:
    """Rows that move go to ``stays``; of two that could not both be live one stands behind the other and
    ``fills`` what that leaves open, or has its flag lowered. Call inside an act."""
    for pointer in pointers:
        if pointer.reference.on_merge == "move" and any_by(pointer.model, pointer.field.name, [goes.pk]):
            _absorb(pointer, stays, goes, fills)
            pointer.rows([goes.pk]).update(**{pointer.field.name: stays})


def _absorb(pointer: Pointing, stays: models.Model, goes: models.Model, fills: Callable[[Any], bool]) -> None:
    """See to the rows that could not both be live with one record."""
    for constraint, policy in pointer.unique():
        mine = _by_key(pointer, constraint, stays)
        theirs = _by_key(pointer, constraint, goes)
        for key in mine.keys() & theirs.keys():
            if policy == "fold":
                _fold(pointer, mine[key], theirs[key], fills=fills(mine[key]))
            else:
                _demote(pointer.model, constraint, theirs[key])


def _by_key(pointer: Pointing, constraint: models.UniqueConstraint, record: models.Model) -> dict[tuple[Any, ...], Any]:
    """The record's rows that the constraint is about, by what must be unique beside the record."""
    rows = pointer.rows([record.pk]).filter(constraint.condition or models.Q()).order_by("pk")
    names = [pointer.model._meta.get_field(name).attname for name in constraint.fields if name != pointer.field.name]  # type: ignore[union-attr]
    return {tuple(getattr(row, name) for name in names): row for row in rows}


def _fold(pointer: Pointing, live: Any, double: Any, *, fills: bool) -> None:
    """``double`` says the same as ``live``: it stands behind it from now on, and ``fills`` what it leaves open."""
    model = pointer.model
    flags = dict.fromkeys(flags_of(pointer), False)
    model._base_manager.filter(pk=double.pk).update(absorbed_into=live, **flags)
    open_ones = [name for name in _fillable(model) if fills and getattr(live, name) in (None, "")]
    blanks = {name: getattr(double, name) for name in open_ones}
    if filled := {name: value for name, value in blanks.items() if value not in (None, "")}:
        model._base_manager.filter(pk=live.pk).update(**filled)
    for other, key in foreign_keys_to(model):
        if other is not model:
            other._base_manager.filter(**{key.name: double.pk}).update(**{key.name: live.pk})


def flags_of(pointer: Pointing) -> list[str]:
    """The flags that only one row of a record may have."""
    demoting = [one for one, policy in pointer.unique() if policy == "demote"]
    return [name for one in demoting for name, value in _flags(one) if value is True]


def _flags(constraint: models.UniqueConstraint) -> list[tuple[str, Any]]:
    """What the condition of a constraint asks for: pairs of field and value."""
    children = constraint.condition.children if constraint.condition is not None else []
    return [child for child in children if isinstance(child, tuple)]


def _demote(model: type[models.Model], constraint: models.UniqueConstraint, row: Any) -> None:
    lowered = {name: False for name, value in _flags(constraint) if value is True}
    model._base_manager.filter(pk=row.pk).update(**lowered)


def _fillable(model: type[models.Model]) -> list[str]:
    """Plain texts and numbers that may be blank: what one row can tell another."""
    fields = [one for one in model._meta.concrete_fields if one.blank or one.null]
    return [one.name for one in fields if not one.is_relation and not one.primary_key]
