"""Fields of one's own: made where the mapping describes them, and filled with the batch at hand."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import models

from khoi.capture.queries.import_fields import fields_filled, fields_to_make, kinds_of
from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.rules.mapping import Mapping as Columns
from khoi.custom import services as custom
from khoi.custom.models import CustomField
from khoi.custom.queries import values_of
from khoi.custom.rules import Value
from khoi.history.rules.actors import Actor
from khoi.kit.refusals import Refusal
from khoi.team.rules import Principal

#: Two rows may speak of one record through two objects.
Mark = tuple[str, int]


def make_fields(mapping: Columns, *, by: Actor, now: datetime) -> None:
    """Inside the act of the import, so that undoing it takes the fields back too."""
    wanted = fields_to_make(mapping)
    if wanted and isinstance(by, Principal) and not by.may("field.edit"):
        raise ImportRefused("may_not_make_fields", "mapping", names=[new.label for new in wanted.values()])
    for key, new in wanted.items():
        made: dict[str, Any] = {"type": new.type, "label": new.label, "choices": new.choices}
        if new.type == "money":
            made["currency"] = mapping.currency
        try:
            custom.add_field(mapping.rows, key=key, **made, by=by, now=now)
        except Refusal as refusal:
            raise ImportRefused("field_not_made", "mapping", name=new.label, why=str(refusal)) from refusal


class Own:
    """What stands in these fields of the records of a batch, and what the rows put there."""

    def __init__(self, mapping: Columns) -> None:
        self.kinds = kinds_of(mapping)
        keys = fields_filled(mapping)
        self.fields = list(CustomField.objects.of(mapping.rows).filter(key__in=keys)) if keys else []
        self.begin(())

    def begin(self, records: Iterable[models.Model]) -> None:
        """The stored records the rows may be about."""
        self.present: dict[int, dict[str, Value]] = values_of(records, self.fields) if self.fields else {}
        self.filled: dict[Mark, tuple[models.Model, dict[str, Value]]] = {}

    def put(self, record: models.Model, values: Mapping[str, Value], *, replacing: bool) -> bool:
        """What a row says of a record; without ``replacing`` it fills blanks alone. Whether anything is new."""
        if not values:
            return False
        mark = ("stored", record.pk) if record.pk else ("new", id(record))
        said = self.filled[mark][1] if mark in self.filled else {}
        there = {**self.present.get(record.pk or 0, {}), **said}
        new = {key: value for key, value in values.items() if _counts(there.get(key), value, replacing=replacing)}
        if new:
            self.filled[mark] = (record, {**said, **new})
        return bool(new)

    def write(self) -> None:
        """After the records they are about."""
        custom.fill_many(dict(self.filled.values()))


def _counts(present: Value, value: Value, *, replacing: bool) -> bool:
    return value is not None and value != present and (replacing or present is None)
