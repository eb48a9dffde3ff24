"""Every foreign key to a person, as the tables have it, with what ``khoi/references.py`` says about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from django.conf import settings

from khoi.history.queries.lives import chunks
from khoi.history.queries.pointers import Pointing, foreign_keys_to
from khoi.kit.db.asking import ask
from khoi.people.models import Person
from khoi.people.rules.references import Reference, References


@dataclass(frozen=True, slots=True)
class Pointer(Pointing):
    """``model.field`` points at a person."""

    reference: Reference


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


_ROOTS = "select id, merged_into_id from people_person where id in ({ids})"


def survivors(people: Iterable[int]) -> dict[int, int]:
    """Person id → whom they were merged into, or themselves; ids that are nobody's are left out."""
    found: dict[int, int] = {}
    for chunk in chunks(people):
        found |= {pk: root or pk for pk, root in ask(_ROOTS, chunk)}
    return found
