"""People who may be one: those of somebody, and all that wait for a look."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from khoi.people.models import Person, PossibleDuplicate
from khoi.team.rules import Principal

#: So many are named on the page of a person.
MOST: Final = 5
#: So many pairs stand on the page of the queue; each that is settled makes room for the next.
SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Twin:
    """Somebody who may be the same person; ``sure`` in percent."""

    person: Person
    reasons: tuple[str, ...]
    sure: int


def twins_of(person: Person, actor: Principal) -> list[Twin]:
    """As far as the actor sees them, the surest first."""
    pairs = PossibleDuplicate.objects.filter(Q(first=person) | Q(second=person)).to_review().visible_to(actor)
    found = pairs.select_related("first", "second").order_by("-sure", "id")[:MOST]
    return [
        Twin(pair.second if pair.first_id == person.pk else pair.first, tuple(pair.reasons), pair.sure)
        for pair in found
    ]


def waiting(actor: Principal) -> list[PossibleDuplicate]:
    """The pairs to be looked at, the surest first; at most one more than are shown."""
    pairs = PossibleDuplicate.objects.to_review().visible_to(actor)
    return list(pairs.select_related("first", "second").order_by("-sure", "id")[: SHOWN + 1])


def pairs_waiting(actor: Principal) -> str:
    """How many pairs the actor could look at: "" for none or for somebody who may not, "50+" for very many."""
    if not actor.may("person.merge"):
        return ""
    pairs = PossibleDuplicate.objects.to_review().visible_to(actor)
    count = pairs.order_by()[: SHOWN + 1].count()
    return f"{SHOWN}+" if count > SHOWN else str(count or "")


def pair_of_two(one: Person, other: Person) -> PossibleDuplicate | None:
    """What is said of the two, if it is."""
    first, second = sorted((one.pk, other.pk))
    return PossibleDuplicate.objects.filter(first=first, second=second).first()
