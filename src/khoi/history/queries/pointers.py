"""Foreign keys to the records of one table, as the schema has them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from django.db import models

#: What to do when the survivor of a merge has such a row already. ``fold``: the other row is absorbed into it (column
#: ``absorbed_into``, the constraint leaves absorbed rows out). ``demote``: the other row loses its flag.
Clash = Literal["fold", "demote"]


class Treated(Protocol):
    """What a merge does with the rows of a key."""

    @property
    def on_merge(self) -> str: ...
    @property
    def unique(self) -> Mapping[str, Clash]: ...


@dataclass(frozen=True, slots=True)
class Pointing:
    """``model.field`` points at a record that may be merged into another."""

    model: type[models.Model]
    field: "models.ForeignKey[Any, Any]"
    reference: Treated

    def rows(self, records: Iterable[int]) -> "models.QuerySet[Any]":
        """All rows that point at these records, absorbed ones too."""
        return self.model._base_manager.filter(**{f"{self.field.name}__in": list(records)})

    def unique(self) -> list[tuple[models.UniqueConstraint, Clash]]:
        """The unique constraints that hold a key that moves, those that fold first, each with what a merge does."""
        if self.reference.on_merge != "move":
            return []
        policies = self.reference.unique
        held = [(one, policies[one.name]) for one in unique_with(self.model, self.field)]
        return sorted(held, key=lambda pair: pair[1] != "fold")


def foreign_keys_to(model: type[models.Model]) -> list[tuple[type[models.Model], "models.ForeignKey[Any, Any]"]]:
    """Hidden ones (``related_name="+"``) and those of automatic tables between two models too; by table."""
    relations = [one for one in model._meta.get_fields(include_hidden=True) if isinstance(one, models.ForeignObjectRel)]
    keys = [one.field for one in relations if isinstance(one.field, models.ForeignKey)]
    return sorted(((key.model, key) for key in keys), key=lambda pair: (pair[0]._meta.db_table, pair[1].name))


def unique_with(model: type[models.Model], field: "models.ForeignKey[Any, Any]") -> list[models.UniqueConstraint]:
    """The unique constraints of the model that hold the field."""
    every = [one for one in model._meta.constraints if isinstance(one, models.UniqueConstraint)]
    return [one for one in every if field.name in one.fields]
