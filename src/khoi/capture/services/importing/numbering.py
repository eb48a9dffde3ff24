"""The numbers of another system: which record of ours each of them names, and new ones written down."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from khoi.accounts.models import Account
from khoi.capture.models import RecordReference
from khoi.capture.rules.mapping import ExternalKey
from khoi.history.rules.actors import Actor
from khoi.kit.db.writing import insert_rows
from khoi.leads.queries import numbering_of
from khoi.people.models import Person
from khoi.people.queries import survivors
from khoi.pipeline.models import Opportunity
from khoi.team.rules import Principal, is_blinkered

#: The system whose numbers are our own.
OURS: Final = "khoi"
MODELS: Final[dict[str, Any]] = {"account": Account, "person": Person, "opportunity": Opportunity}
#: Kind of record and its number; all numbers of a file are of one system.
Numbered = tuple[str, str]


def as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class Numbers:
    """What the numbers of a batch name. A number of a record that the importer may not see names nothing, and is
    ``hidden``: unless they number their own records, rows about it are refused."""

    def __init__(self, by: Actor) -> None:
        self.by = by
        self._forget()

    def _forget(self) -> None:
        self.known: dict[Numbered, int] = {}
        self.hidden: set[Numbered] = set()
        self.unknown: set[Numbered] = set()
        self.here: dict[Numbered, models.Model] = {}
        self.new: list[RecordReference] = []
        self.of_record: dict[tuple[str, int], set[str]] = defaultdict(set)

    def begin(self, wanted: Iterable[tuple[str, ExternalKey]]) -> None:
        """Look up the numbers of a batch, a query for each kind of record."""
        self._forget()
        by_kind: dict[tuple[str, str], set[str]] = defaultdict(set)
        for object_, key in wanted:
            if object_ in MODELS:
                by_kind[object_, key.system].add(key.id)
        for (object_, system), numbers in by_kind.items():
            self._look_up(object_, system, numbers)

    def refusal(self, object_: str, key: ExternalKey) -> str:
        """Why a row with this number of its own is not taken, as a code; "" when it is."""
        if (object_, key.id) in self.hidden:
            return "hidden"
        return "unknown_id" if (object_, key.id) in self.unknown else ""

    def _look_up_ours(self, object_: str, numbers: set[str]) -> None:
        """Ids that we gave, as our own exports write them."""
        ids = {number: found for number in numbers if (found := as_id(number))}
        rows = MODELS[object_]._default_manager.filter(public_id__in=ids.values())
        known: dict[Any, int] = dict(rows.values_list("public_id", "pk"))
        seen = self._seen(object_, set(known.values()))
        for number in numbers:
            pk = known.get(ids.get(number))
            if pk in seen:
                self.known[object_, number] = pk
            else:
                self.unknown.add((object_, number))

    def _look_up(self, object_: str, system: str, numbers: set[str]) -> None:
        if system == OURS:
            self._look_up_ours(object_, numbers)
            return
        rows = RecordReference.objects.filter(object=object_, system=system, external_id__in=numbers)
        if is_blinkered(self.by):
            seen = MODELS[object_].objects.visible_to(self.by).values("pk")
            rows = rows.filter(Q(sender=self.by.id) | Q(**{f"{object_}__in": seen}))
        ordered = rows.order_by(F("sender").desc(nulls_last=True), "-id")
        found: dict[str, int] = dict(ordered.values_list("external_id", f"{object_}_id"))
        if object_ == "person" and found:
            now = survivors(found.values())
            found = {number: now.get(pk, pk) for number, pk in found.items()}
        seen_ids = self._seen(object_, set(found.values()))
        for number, pk in found.items():
            if pk in seen_ids:
                self.known[object_, number] = pk
            else:
                self.hidden.add((object_, number))

    def _seen(self, object_: str, ids: set[int]) -> set[int]:
        if not ids or not isinstance(self.by, Principal) or self.by.sees_all:
            return ids
        seen = MODELS[object_].objects.visible_to(self.by).filter(pk__in=ids)
        return set(seen.values_list("pk", flat=True))

    def numbered(self, object_: str, system: str, ids: Iterable[int]) -> set[int]:
        """Of these records those that have a number of that system already."""
        rows = RecordReference.objects.filter(**{"object": object_, "system": system, f"{object_}__in": list(ids)})
        return set(rows.values_list(f"{object_}_id", flat=True))

    def give(self, object_: str, key: ExternalKey, record: models.Model) -> None:
        """From now on the number names the record; it is written with the batch."""
        self.here[object_, key.id] = record
        self.new.append(
            RecordReference(
                **{object_: record},
                object=object_,
                system=key.system,
                external_id=key.id,
                sender_id=numbering_of(self.by),
            )
        )

    def write(self) -> None:
        """After the records they name."""
        if self.new:
            insert_rows(self.new)
            self.new = []
