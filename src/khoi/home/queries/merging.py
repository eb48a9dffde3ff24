"""Two people side by side, before they are merged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from khoi.accounts.models import Contact
from khoi.activities.models import Activity
from khoi.custom.queries import standings
from khoi.leads.models import Lead
from khoi.people.models import Consent, Person
from khoi.people.queries import own_choosable, profile_of, standing_consents, standing_together
from khoi.people.rules.merging import Choice, Side, choose
from khoi.pipeline.models import Opportunity
from khoi.team.queries import find
from khoi.team.rules import Principal
from khoi.touchpoints.models import Touchpoint

MERGE: Final = "person.merge"


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of both; ``choice`` says what stays unless another is chosen. ``label``: of a field of one's own."""

    choice: Choice
    mine: str
    theirs: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What both keep, counted as far as the actor sees it; ``kind``: leads, deals, accounts or doings."""

    kind: str
    mine: int
    theirs: int

    @property
    def together(self) -> int:
        return self.mine + self.theirs


@dataclass(frozen=True, slots=True)
class Agreed:
    """What each of them agreed to for a purpose, and what holds afterwards."""

    purpose: str
    mine: Consent | None
    theirs: Consent | None
    together: Consent | None


@dataclass(frozen=True, slots=True)
class Comparison:
    differing: tuple[Compared, ...]
    same: tuple[Compared, ...]
    kept: tuple[Kept, ...]
    agreed: tuple[Agreed, ...]


def pair_of(actor: Principal, survivor: UUID | str, loser: UUID | str) -> tuple[Person, Person]:
    """The two behind these public ids, as they were asked for: also somebody who was merged already. Raises
    ``Hidden`` or ``Forbidden`` as for any record."""
    for public_id in (survivor, loser):
        find(actor, MERGE, Person, public_id=public_id)
    known = Person.objects.known_to(actor)
    return known.get(public_id=survivor), known.get(public_id=loser)


def compare(survivor: Person, loser: Person, *, wanted: Mapping[str, Side], actor: Principal) -> Comparison:
    mine, theirs = profile_of(survivor), profile_of(loser)
    own = _own_of(survivor, loser)
    rows = [
        own.get(one.field, partial(Compared, mine=mine.values[one.field], theirs=theirs.values[one.field]))(one)
        for one in choose(mine, theirs, wanted)
    ]
    filled = [row for row in rows if row.mine or row.theirs]
    alike = {name for name, value in mine.values.items() if value == theirs.values[name]}
    return Comparison(
        tuple(row for row in filled if row.choice.field not in alike),
        tuple(row for row in filled if row.choice.field in alike),
        _kept(survivor, loser, actor),
        _agreed(survivor, loser),
    )


def _own_of(survivor: Person, loser: Person) -> dict[str, Callable[[Choice], Compared]]:
    """``custom.<key>`` → what makes its line, with its values in words."""
    found = standings([survivor, loser], own_choosable())
    return {
        mine.field.named: partial(Compared, mine=mine.words, theirs=theirs.words, label=mine.label)
        for mine, theirs in zip(found[survivor.pk], found[loser.pk], strict=True)
    }


def _kept(survivor: Person, loser: Person, actor: Principal) -> tuple[Kept, ...]:
    def count(person: Person) -> dict[str, int]:
        return {
            "leads": Lead.objects.visible_to(actor).filter(person=person).count(),
            "deals": Opportunity.objects.visible_to(actor).filter(person=person).count(),
            "accounts": Contact.objects.visible_to(actor).filter(person=person).count(),
            "doings": Touchpoint.objects.visible_to(actor).filter(person=person).count()
            + Activity.objects.visible_to(actor).filter(person=person).count(),
        }

    mine, theirs = count(survivor), count(loser)
    return tuple(Kept(kind, mine[kind], theirs[kind]) for kind in mine if mine[kind] or theirs[kind])


def _agreed(survivor: Person, loser: Person) -> tuple[Agreed, ...]:
    mine, theirs = standing_consents(survivor), standing_consents(loser)
    together = standing_together(survivor, loser)
    return tuple(Agreed(one, mine.get(one), theirs.get(one), together.get(one)) for one in sorted(together))
