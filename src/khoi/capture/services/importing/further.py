"""What a row says that no field takes, kept in one text field of the record: nothing a file holds is lost."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import models

from khoi.capture.rules.mapping import Parsed
from khoi.custom import services as custom
from khoi.custom.models import CustomField, link_of, live, values_model
from khoi.custom.rules import LONGEST
from khoi.history.rules.actors import Actor

KEY: Final = "imported_further"
LABEL: Final = "Further values"
LABEL_VI: Final = "Thông tin khác"


class Further:
    """For the records of one kind. The field is made when there is something to keep, by whoever may."""

    def __init__(self, object_: str, *, by: Actor, now: datetime) -> None:
        self.object = object_
        self.by = by
        self.now = now
        self.begin(())

    def begin(self, records: Iterable[models.Model]) -> None:
        """The stored records the rows of a batch may be about."""
        self.said: dict[int, tuple[models.Model, str]] = {}
        self.there: dict[int, str] = {}
        known = [record for record in records if record.pk]
        if known:
            model = values_model(known[0])
            link = f"{link_of(model)}_id"
            rows = live(model).filter(**{f"{link}__in": [record.pk for record in known], "field__key": KEY})
            self.there = dict(rows.values_list(link, "text"))

    def note(self, record: models.Model, parsed: Parsed) -> bool:
        """The first row of a batch about a record counts. Whether anything is new."""
        lines = [f"{extra.label}: {extra.value}" for extra in parsed.extras]
        text = " ".join("; ".join(lines).split())[:LONGEST].strip()
        if not lines or id(record) in self.said or (record.pk and self.there.get(record.pk) == text):
            return False
        self.said[id(record)] = (record, text)
        return True

    def write(self) -> None:
        """After the records."""
        if self.said:
            self._field()
            custom.fill_many({record: {KEY: text} for record, text in self.said.values()})
            self.said = {}

    def _field(self) -> None:
        if not CustomField.objects.filter(object=self.object, key=KEY).exists():
            custom.add_field(
                self.object, type="text", label=LABEL, label_vi=LABEL_VI, key=KEY, by=self.by, now=self.now
            )
