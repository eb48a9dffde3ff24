"""The one gateway. Asked before any write, in the same transaction where one is open.

A record somebody may not see and a record that does not exist answer alike: ``Hidden``.
"""

from collections.abc import Collection, Iterator
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from khoi.history.models import KINDS
from khoi.team.rules import Principal

R = TypeVar("R", bound=models.Model)


class Hidden(Exception):
    """Nothing to see: not there, or not for this actor. Becomes 404."""


class Forbidden(Exception):
    """The record may be seen, or the page is known, but this action is not theirs. Becomes 403."""

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self.action = action


def authorize(actor: Principal, action: str, record: models.Model | None = None) -> None:
    """Raise ``Hidden`` when the actor cannot see the record, ``Forbidden`` when they may not act on it."""
    if record is not None and not visible(type(record), actor).filter(pk=record.pk).exists():
        raise Hidden
    if not actor.may(action):
        raise Forbidden(action)


def find(actor: Principal, action: str, model: type[R], **lookup: Any) -> R:
    """The one record behind the lookup, seen with the actor's eyes and allowed for the action.

    A record that was merged into another one answers as that one. A lookup that is no id at all (``/leads/x``) is
    Hidden too.
    """
    try:
        record = visible(model, actor).filter(**lookup).first() or _successor(model, actor, lookup)
    except (ValueError, ValidationError, OverflowError) as broken:
        raise Hidden from broken
    if record is None:
        raise Hidden
    if not actor.may(action):
        raise Forbidden(action)
    return record


def _successor(model: type[R], actor: Principal, lookup: dict[str, Any]) -> R | None:
    if not any(field.name == "merged_into" for field in model._meta.concrete_fields):
        return None
    merged = model._base_manager.filter(**lookup, merged_into__isnull=False).values("merged_into")
    return visible(model, actor).filter(pk__in=merged).first()


def visible(model: type[R], actor: Principal) -> "models.QuerySet[R]":
    """The model's rows this actor may see. Every model reached from outside defines ``visible_to``."""
    return model._default_manager.visible_to(actor)  # type: ignore[attr-defined,no-any-return]


def out_of_sight(actor: Principal, public_ids: Collection[str]) -> set[str]:
    """Those of the ids that name no record which the actor sees."""
    left = set(public_ids)
    for model in _named_outside():
        if not left:
            break
        found = visible(model, actor).filter(public_id__in=left).values_list("public_id", flat=True)
        left -= {str(one) for one in found}
    return left


def _named_outside() -> Iterator[type[models.Model]]:
    """Models whose records are named outside by an id and seen by rights."""
    for model in KINDS:
        if hasattr(model, "public_id") and hasattr(model._default_manager, "visible_to"):
            yield model
