"""Every table that speaks of a person, by the one list of references, and what an erasure does there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from khoi.history.models import KINDS
from khoi.people.models import Person
from khoi.people.queries import pointers, references
from khoi.people.rules.references import OnErase


@dataclass(frozen=True, slots=True)
class Place:
    """``path``: the keys that lead from a row to the person. ``keeps``: personal columns that stay."""

    model: type[models.Model]
    path: str
    on_erase: OnErase
    keeps: tuple[str, ...] = ()

    def rows(self, people: Iterable[int]) -> "models.QuerySet[Any]":
        found = self.model._base_manager.filter(**{f"{self.path.replace('.', '__')}__in": list(people)})
        return self.model._base_manager.filter(pk__in=found.values("pk")) if "." in self.path else found

    def emptied(self) -> dict[str, Any]:
        """Personal field → what it holds once nothing personal is known."""
        personal = KINDS[self.model].personal
        fields = [one for one in self.model._meta.concrete_fields if one.column in personal]
        return {one.name: nothing_in(one, self.model) for one in fields if one.name not in self.keeps}


@dataclass(frozen=True, slots=True)
class Holding:
    """How many rows of a table speak of a person. ``name``: of the table, for people."""

    model: type[models.Model]
    on_erase: OnErase
    rows: int


def places() -> list[Place]:
    """What hangs furthest from the person first, in the order in which it can be deleted; their own row last."""
    own = [Place(Person, "pk", "empty")]
    keys = [
        Place(one.model, one.field.name, one.reference.on_erase, one.reference.keeps)
        for one in pointers()
        if one.model is not Person
    ]
    beyond = [Place(apps.get_model(one.table), one.path, one.on_erase) for one in references().beyond]
    return beyond + keys + own


def holdings(person: Person) -> list[Holding]:
    people = selves(person)
    found = [Holding(place.model, place.on_erase, place.rows(people).count()) for place in reversed(places())]
    return [one for one in found if one.rows]


def selves(person: Person) -> list[int]:
    """Ids of the survivor and of all merged into them, whoever of them is asked for."""
    root = person.merged_into_id or person.pk
    return [root, *Person.objects.filter(merged_into=root).order_by("pk").values_list("pk", flat=True)]


def nothing_in(field: "models.Field[Any, Any]", model: type[models.Model]) -> Any:
    """What a page must name keeps a dash to be clicked on."""
    if field.null:
        return None
    if isinstance(field, models.JSONField):
        return field.get_default() if field.has_default() else {}
    return "" if field.blank or KINDS[model].kind != "fact" else "—"
