"""What a row says that no field takes, kept in one text field of the record: nothing a file holds is lost."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import models

from khoi.capture.queries.import_rows import Incoming
from khoi.custom import services as custom
from khoi.custom.models import CustomField, link_of, live, values_model
from khoi.custom.rules import LONGEST
from khoi.custom.services.defining import MOST as MOST_FIELDS
from khoi.history.rules.actors import Actor

KEY: Final = "imported_further"
LABEL: Final = "Further values"
LABEL_VI: Final = "Thông tin khác"
#: A long text goes on in fields of the same name with a number behind, so many at most.
MOST: Final = 40


class Further:
    """For the records of one kind. The fields are made when there is something to keep, by whoever may."""

    def __init__(self, object_: str, *, by: Actor, now: datetime) -> None:
        self.object = object_
        self.by = by
        self.now = now
        self.spoken_of: set[int] = set()
        self.room: int | None = None
        self.begin(())

    def begin(self, records: Iterable[models.Model]) -> None:
        """The stored records the rows of a batch may be about."""
        self.said: dict[int, tuple[models.Model, list[str]]] = {}
        self.there: dict[int, dict[str, str]] = {}
        known = [record for record in records if record.pk]
        if known:
            model = values_model(known[0])
            link = f"{link_of(model)}_id"
            ids = [record.pk for record in known]
            rows = live(model).filter(**{f"{link}__in": ids, "field__key__startswith": KEY})
            for pk, key, text in rows.values_list(link, "field__key", "text"):
                self.there.setdefault(pk, {})[key] = text

    def note(self, record: models.Model, row: Incoming) -> bool:
        """The first row of a file about a record counts. Whether anything is new."""
        lines = [f"{extra.label}: {extra.value}" for extra in row.parsed.extras]
        if not lines or id(record) in self.said or record.pk in self.spoken_of:
            return False
        if record.pk:
            self.spoken_of.add(record.pk)
        parts = parts_of(" ".join("; ".join(lines).split()))
        if len(parts) > (room := self._room()):
            row.warn("further_cut", "", parts[room][:80])
            parts = parts[:room]
        there = self.there.get(record.pk or 0, {})
        if there == {key_at(place): part for place, part in enumerate(parts)}:
            return False
        self.said[id(record)] = (record, parts)
        return True

    def write(self) -> None:
        """After the records."""
        if not self.said:
            return
        longest = max(len(parts) for _, parts in self.said.values())
        self._fields(max(longest, *(len(there) for there in self.there.values()), 0))
        values: dict[models.Model, dict[str, str | None]] = {}
        for record, parts in self.said.values():
            said = {key_at(place): part for place, part in enumerate(parts)}
            values[record] = dict.fromkeys(self.there.get(record.pk, ())) | said
        custom.fill_many(values)
        self.spoken_of |= {record.pk for record in values}
        self.said = {}

    def _room(self) -> int:
        """How many such fields there are or may be made."""
        if self.room is None:
            fields = CustomField.objects.filter(object=self.object)
            ours = fields.filter(key__startswith=KEY).count()
            self.room = min(MOST, ours + MOST_FIELDS - CustomField.objects.of(self.object).count())
        return self.room

    def _fields(self, count: int) -> None:
        there = set(CustomField.objects.filter(object=self.object).values_list("key", flat=True))
        for place in range(count):
            if key_at(place) not in there:
                number = f" {place + 1}" if place else ""
                custom.add_field(
                    self.object,
                    type="text",
                    label=f"{LABEL}{number}",
                    label_vi=f"{LABEL_VI}{number}",
                    key=key_at(place),
                    by=self.by,
                    now=self.now,
                )


def key_at(place: int) -> str:
    return f"{KEY}_{place + 1}" if place else KEY


def parts_of(text: str) -> list[str]:
    """The text in parts a field can hold, cut between words where there are some."""
    parts: list[str] = []
    while len(text) > LONGEST:
        cut = text.rfind(" ", LONGEST // 2, LONGEST + 1)
        cut = LONGEST if cut < 0 else cut
        parts.append(text[:cut].strip())
        text = text[cut:].strip()
    return [*parts, text] if text else parts
