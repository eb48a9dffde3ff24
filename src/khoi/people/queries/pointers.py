"""Every foreign key to a person, as the tables have it, with what ``khoi/references.py`` says about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import models

from khoi.history.queries.lives import chunks
from khoi.kit.db.asking import ask
from khoi.people.models import Person
from khoi.people.rules.references import Clash, Reference, References


@dataclass(frozen=True, slots=True)
class Pointer:
    """``model.field`` points at a person."""

    model: type[models.Model]
    field: "models.ForeignKey[Any, Any]"
    reference: Reference

    def rows(self, people: Iterable[int]) -> "models.QuerySet[Any]":
        """All rows that point at these people, absorbed ones too."""
        return self.model._base_manager.filter(**{f"{self.field.name}__in": list(people)})

    def unique(self) -> list[tuple[models.UniqueConstraint, Clash]]:
        """The unique constraints that hold a key that moves, those that fold first, each with what a merge does."""
        if self.reference.on_merge != "move":
            return []
        policies = self.reference.unique
        held = [(one, policies[one.name]) for one in unique_with(self.model, self.field)]
        return sorted(held, key=lambda pair: pair[1] != "fold")


def references() -> References:
    """The list that the setting ``KHOI_REFERENCES`` names."""
    module, _, name = settings.KHOI_REFERENCES.rpartition(".")
    found: References = getattr(import_module(module), name)
    return found


@cache
def pointers() -> tuple[Pointer, ...]:
    """Put together once: the tables do not change while we run. Raises ``LookupError`` for a foreign key that nobody
    declared."""
    declared = references()
    keys = foreign_keys_to(Person)
    return tuple(Pointer(model, field, declared.of(model._meta.label, field.name)) for model, field in keys)


def foreign_keys_to(model: type[models.Model]) -> list[tuple[type[models.Model], "models.ForeignKey[Any, Any]"]]:
    """Hidden ones (``related_name="+"``) and those of automatic tables between two models too; by table."""
    relations = [one for one in model._meta.get_fields(include_hidden=True) if isinstance(one, models.ForeignObjectRel)]
    keys = [one.field for one in relations if isinstance(one.field, models.ForeignKey)]
    return sorted(((key.model, key) for key in keys), key=lambda pair: (pair[0]._meta.db_table, pair[1].name))


def unique_with(model: type[models.Model], field: "models.ForeignKey[Any, Any]") -> list[models.UniqueConstraint]:
    """The unique constraints of the model that hold the field."""
    every = [one for one in model._meta.constraints if isinstance(one, models.UniqueConstraint)]
    return [one for one in every if field.name in one.fields]


_ROOTS = "select id, merged_into_id from people_person where id in ({ids})"


def survivors(people: Iterable[int]) -> dict[int, int]:
    """Person id → whom they were merged into, or themselves; ids that are nobody's are left out."""
    found: dict[int, int] = {}
    for chunk in chunks(people):
        found |= {pk: root or pk for pk, root in ask(_ROOTS, chunk)}
    return found
