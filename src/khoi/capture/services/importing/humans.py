"""Whom the rows speak of: people known by their addresses are joined, all others are new."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from khoi.capture.queries.import_rows import Incoming
from khoi.capture.rules.mapping import Extra, Parsed
from khoi.capture.services.importing.course import Marks
from khoi.capture.services.importing.holding import Holders
from khoi.history.rules.actors import Actor
from khoi.kit.db.asking import ask, records_by
from khoi.kit.db.writing import insert_rows, made, update_rows
from khoi.kit.emails import normalise_email
from khoi.kit.fold import words
from khoi.kit.phones import normalise_phone
from khoi.leads.models import Lead
from khoi.people.models import ContactPoint, MatchKey, Person
from khoi.people.rules import matching
from khoi.team.rules import Principal, is_blinkered

#: As in people.rules.matching: an email is one person's, a phone is often a couple's or a counter's.
STRONGEST_FIRST = ("email", "phone")
Key = tuple[str, str]
_HELD = "select kind, value, person_id from people_match_key where value in ({ids}) and kind in ('email', 'phone')"


class Human:
    """A person of this batch with their addresses; what changes is written with the batch."""

    __slots__ = ("changed", "is_new", "keys", "new_points", "person", "primary")

    def __init__(self, person: Person, *, is_new: bool) -> None:
        self.person = person
        self.is_new = is_new
        self.keys: set[Key] = set()
        self.primary: set[str] = set()
        self.new_points: list[ContactPoint] = []
        self.changed: set[str] = set()

    def came_with(self, lead: Lead) -> bool:
        """Somebody who was known before the lead is not renamed by what a file says of it: then neither the first
        time nor the next."""
        return self.person.created_at == lead.created_at

    def know(self, point: ContactPoint) -> None:
        self.keys.add((point.kind, point.normal))
        if point.is_primary:
            self.primary.add(point.kind)

    def add(self, kind: str, value: str, normal: str, now: datetime) -> bool:
        """One more address; False when it was known."""
        if (kind, normal) in self.keys:
            return False
        point = made(
            ContactPoint,
            person=self.person,
            kind=kind,
            value=value,
            normal=normal,
            is_primary=kind not in self.primary,
            created_at=now,
        )
        self.know(point)
        self.new_points.append(point)
        return True


class People:
    """The people of a file, a batch at a time.

    Match keys are written only when the act ends, so the keys of people made on the way are kept here.
    """

    def __init__(self, *, by: Actor, now: datetime, named: Marks | None = None) -> None:
        self.by = by
        self.now = now
        self.made = Holders()
        self.named = named if named is not None else Marks()
        self._forget()

    def _forget(self) -> None:
        self.humans: dict[int, Human] = {}
        self.holders: dict[Key, set[int]] = defaultdict(set)
        self.new: list[Human] = []
        self.new_by_key: dict[Key, Human] = {}

    def are_known(self) -> None:
        """The act that made them has ended: they are found by their keys, unless the importer does not see them all."""
        if not (isinstance(self.by, Principal) and is_blinkered(self.by)):
            self.made = Holders()

    def begin(self, rows: Iterable[Incoming]) -> None:
        """Normalise the addresses of the batch and look up, at once, who has them."""
        self._forget()
        wanted: set[str] = set()
        for row in rows:
            row.keys = addresses(row.parsed)
            wanted |= {value for _, value in row.keys}
        if not wanted:
            return
        for kind, value, person_id in self._held(wanted):
            self.holders[kind, value].add(person_id)
        for row in rows:
            for key in row.keys:
                if (maker := self.made.get(key)) is not None:
                    self.holders[key].add(maker)

    def _held(self, values: set[str]) -> Iterable[tuple[str, str, int]]:
        """(kind, normal form, person id) of these addresses, as far as the importer may know."""
        if not isinstance(self.by, Principal) or not is_blinkered(self.by):
            return ask(_HELD, values)
        found = MatchKey.objects.filter(kind__in=STRONGEST_FIRST, value__in=values)
        return found.filter(person__in=Person.objects.visible_to(self.by)).values_list("kind", "value", "person_id")

    def load(self, ids: Iterable[int]) -> None:
        """Read these people with their addresses."""
        missing = set(ids) - self.humans.keys()
        if not missing:
            return
        for person in records_by(Person, "pk", missing):
            self.humans[person.pk] = Human(person, is_new=False)
        for point in records_by(ContactPoint, "person", missing):
            if point.absorbed_into_id is None:
                self.humans[point.person_id].know(point)

    def holder(self, row: Incoming) -> int | None:
        """The id of the stored person the row speaks of."""
        found = [
            matching.Candidate(person_id, matching.MatchKey("email" if kind == "email" else "phone", value))
            for kind, value in row.keys
            for person_id in self.holders.get((kind, value), ())
        ]
        return matching.choose_match(found).person_id if found else None

    def find(self, row: Incoming) -> Human | None:
        """Whom the row speaks of: somebody stored, or somebody an earlier row of this batch made."""
        if (holder := self.holder(row)) is not None:
            return self.humans[holder]
        ordered = sorted(row.keys, key=lambda key: STRONGEST_FIRST.index(key[0]))
        return next((self.new_by_key[key] for key in ordered if key in self.new_by_key), None)

    def add(self, row: Incoming) -> Human:
        parsed = row.parsed
        named = {"full_name": parsed.text("person_name"), "job_title": parsed.text("job_title")}
        person = made(Person, **named, created_at=self.now)
        human = Human(person, is_new=True)
        self.new.append(human)
        self._reach(human, row)
        return human

    def learn(self, human: Human, row: Incoming, *, replacing: bool) -> bool:
        """Fill blanks and add addresses; with ``replacing`` the first row of the file that speaks of somebody
        also corrects their name. Whether anything was new."""
        changed = self._reach(human, row)
        first = not human.is_new and human.person.pk not in self.named
        for name, value in (("full_name", row.parsed.text("person_name")), ("job_title", row.parsed.text("job_title"))):
            present = getattr(human.person, name)
            if value and value != present and (not present or (replacing and first)):
                setattr(human.person, name, value)
                human.changed.add(name)
                changed = True
        if first and row.parsed.text("person_name"):
            self.named.add(human.person.pk)
        return changed

    def withheld(self, human: Human, row: Incoming) -> list[tuple[str, str]]:
        """(field, text) of each address of the row that somebody else is known by. Given to both, neither could be
        told from the other by it any more; a colleague decides whether the two are one."""
        of_another = {key for key in row.keys if self._of_another(human, key)}
        return [(field, text) for field, key, text in _written(row.parsed) if key in of_another] if of_another else []

    def keep_withheld(self, human: Human, row: Incoming, heading: Callable[[str], str]) -> None:
        """Say so, and keep it among what no field takes: addresses of others, and a name that is not that of whoever
        is known by the address. ``heading``: field → its column."""
        withheld = [("of_another", *one) for one in self.withheld(human, row)]
        if name := other_name(human, row):
            withheld.append(("other_name", "person_name", name))
        for code, field, text in withheld:
            label = heading(field)
            row.warn(code, label, text)
            if Extra(label, text) not in row.parsed.extras:
                row.parsed = replace(row.parsed, extras=(*row.parsed.extras, Extra(label, text)))

    def _of_another(self, human: Human, key: Key) -> bool:
        others = self.holders.get(key, set()) - {human.person.pk}
        new = self.new_by_key.get(key, human)
        return key not in human.keys and (bool(others) or new is not human)

    def _reach(self, human: Human, row: Incoming) -> bool:
        changed = False
        for (kind, normal), written in row.keys.items():
            if self._of_another(human, (kind, normal)):
                continue
            changed |= human.add(kind, written, normal, self.now)
            if human.is_new:
                self.new_by_key.setdefault((kind, normal), human)
        return changed

    def write(self) -> None:
        """Store what the batch made or changed."""
        insert_rows([human.person for human in self.new])
        insert_rows(_points_of(self.new))
        self.change()
        self.remember()

    def change(self) -> None:
        """Store what the batch changed about people who were here before."""
        update_rows([human.person for human in self.humans.values() if human.changed], ["full_name", "job_title"])
        insert_rows(_points_of(self.humans.values()))

    def arrived(self) -> tuple[list[Person], list[ContactPoint]]:
        """The new people with their addresses, for whoever stores them."""
        return [human.person for human in self.new], _points_of(self.new)

    def remember(self) -> None:
        """What later batches have to know, once everything is stored."""
        for point in _points_of((*self.new, *self.humans.values())):
            self.made.setdefault((point.kind, point.normal), point.person_id)
        self.named.take(human.person.pk for human in self.new if human.person.full_name)


def other_name(human: Human, row: Incoming) -> str:
    """The row's name where it says more than, or something else than, that of the person; else nothing."""
    name = row.parsed.text("person_name")
    return name if not set(words(name)) <= set(words(human.person.full_name)) else ""


def _points_of(humans: Iterable[Human]) -> list[ContactPoint]:
    return [point for human in humans for point in human.new_points]


def addresses(parsed: Parsed) -> dict[Key, str]:
    """(kind, normal form) of the row's emails and phones, with how the row first writes each."""
    found: dict[Key, str] = {}
    for _field, key, text in _written(parsed):
        found.setdefault(key, text)
    return found


def _written(parsed: Parsed) -> list[tuple[str, Key, str]]:
    """(field, key, text as the row has it) of each address."""
    said = [(field, text) for field in ("email", "phone", "mobile") if (text := parsed.text(field))]
    found = []
    for field, text in (*said, *parsed.more):
        kind = "email" if field == "email" else "phone"
        normal = normalise_email(text) if kind == "email" else normalise_phone(text)
        if normal is not None:
            found.append((field, (kind, normal), text))
    return found
