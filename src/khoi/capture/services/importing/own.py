"""Fields of one's own: made where the mapping describes them, and filled with the batch at hand."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import models

from khoi.capture.queries.import_fields import fields_filled, fields_to_make, kinds_of
from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.rules.mapping import Mapping as Columns
from khoi.capture.services.importing.course import Said
from khoi.custom import services as custom
from khoi.custom.models import CustomField
from khoi.custom.queries import values_of
from khoi.custom.rules import Value
from khoi.history.rules.actors import Actor
from khoi.kit.db.asking import records_by
from khoi.kit.refusals import Refusal
from khoi.team.rules import Principal

#: Two rows may speak of one record through two objects.
Mark = tuple[str, int]


def make_fields(mapping: Columns, *, by: Actor, now: datetime) -> None:
    """Inside the act of the import, so that undoing it takes the fields back too."""
    wanted = fields_to_make(mapping)
    if wanted and isinstance(by, Principal) and not by.may("field.edit"):
        raise ImportRefused("may_not_make_fields", "mapping", names=[new.label for new in wanted.values()])
    targets = fields_filled(mapping)
    for name, new in wanted.items():
        made: dict[str, Any] = {"type": new.type, "label": new.label, "choices": new.choices}
        if new.type == "money":
            made["currency"] = mapping.currency
        try:
            custom.add_field(targets[name].object, key=targets[name].key, **made, by=by, now=now)
        except Refusal as refusal:
            raise ImportRefused("field_not_made", "mapping", name=new.label, why=str(refusal)) from refusal


class OwnOf:
    """What stands in these fields of the records of a batch, all of one kind, and what the rows put there."""

    def __init__(self, object_: str, keys: Mapping[str, str], said: Said) -> None:
        """``keys``: by the name the mapping has for a field. ``said``: what the file has filled of which records."""
        self.keys = keys
        called = records_by(CustomField, "key", keys.values())
        self.fields = [field for field in called if field.object == object_ and field.archived_at is None]
        self.told = {key: said.marks[f"{object_}.{key}"] for key in keys.values()}
        self.begin(())

    def begin(self, records: Iterable[models.Model]) -> None:
        """The stored records the rows may be about."""
        self.present: dict[int, dict[str, Value]] = values_of(records, self.fields) if self.fields else {}
        self.filled: dict[Mark, tuple[models.Model, dict[str, Value]]] = {}

    def put(self, record: models.Model, own: Mapping[str, Value], *, replacing: bool) -> bool:
        """What a row says of a record, by the name of the field; with ``replacing`` the first cell of the file about a
        field counts, all others fill blanks alone. Whether anything is new."""
        values = {key: own[name] for name, key in self.keys.items() if own.get(name) is not None}
        if not values:
            return False
        mark = ("stored", record.pk) if record.pk else ("new", id(record))
        said = self.filled[mark][1] if mark in self.filled else {}
        there = {**self.present.get(record.pk or 0, {}), **said}
        new = {
            key: value
            for key, value in values.items()
            if value != there.get(key) and (there.get(key) is None or (replacing and self._open(record, key)))
        }
        if new:
            self.filled[mark] = (record, {**said, **new})
        self._tell(record, values)
        return bool(new)

    def _open(self, record: models.Model, key: str) -> bool:
        """Whether the file has not said yet what stands there."""
        return record.pk is not None and record.pk not in self.told[key]

    def _tell(self, record: models.Model, keys: Iterable[str]) -> None:
        for key in keys if record.pk else ():
            self.told[key].add(record.pk)

    def write(self) -> None:
        """After the records they are about."""
        for record, values in self.filled.values():
            self._tell(record, values)
        custom.fill_many(dict(self.filled.values()))


class Own:
    """The fields of one's own that the columns of a file fill: ``of_rows`` those of what the rows become."""

    def __init__(self, mapping: Columns, said: Said | None = None) -> None:
        said = said or Said()
        self.kinds = kinds_of(mapping)
        self.of_rows, self.of_people, self.of_accounts = (
            OwnOf(object_, _keys(mapping, object_), said) for object_ in (mapping.rows, "person", "account")
        )

    def begin(
        self, records: Iterable[models.Model], people: Iterable[models.Model], accounts: Iterable[models.Model] = ()
    ) -> None:
        """The stored records the rows of a batch may be about."""
        self.of_rows.begin(records)
        self.of_people.begin(people)
        self.of_accounts.begin(accounts)

    @property
    def is_filled(self) -> bool:
        """Whether the batch says anything new of them."""
        return any(each.filled for each in (self.of_rows, self.of_people, self.of_accounts))

    def write(self) -> None:
        """After the records they are about."""
        for each in (self.of_rows, self.of_people, self.of_accounts):
            each.write()


def _keys(mapping: Columns, object_: str) -> dict[str, str]:
    return {name: target.key for name, target in fields_filled(mapping).items() if target.object == object_}
