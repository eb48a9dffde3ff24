"""People who may be one: those of somebody, and all that wait for a look; found at entry or by the last scan."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from khoi.duplicates.models import FoundPair
from khoi.people.models import PairSet, Person, PossibleDuplicate
from khoi.team.rules import Principal

#: So many are named on the page of a person.
MOST: Final = 5
#: So many pairs stand on the page of the queue; each that is settled makes room for the next.
SHOWN: Final = 50

#: Both have the same columns; of a pair that stands in both the first says why.
Pair = PossibleDuplicate | FoundPair


@dataclass(frozen=True, slots=True)
class Twin:
    """Somebody who may be the same person; ``sure`` in percent."""

    person: Person
    reasons: tuple[str, ...]
    sure: int


def twins_of(person: Person, actor: Principal) -> list[Twin]:
    """As far as the actor sees them, the surest first."""
    pairs = _surest(actor, MOST, lambda rows: rows.filter(Q(first=person) | Q(second=person)))
    return [
        Twin(pair.second if pair.first_id == person.pk else pair.first, tuple(pair.reasons), pair.sure)
        for pair in pairs
    ]


def waiting(actor: Principal) -> list[Pair]:
    """The pairs to be looked at, the surest first; at most one more than are shown."""
    return _surest(actor, SHOWN + 1, lambda rows: rows)


def pairs_waiting(actor: Principal) -> str:
    """How many pairs the actor could look at: "" for none or for somebody who may not, "50+" for very many."""
    if not actor.may("person.merge"):
        return ""
    known: set[tuple[int, int]] = set()
    for rows in (PossibleDuplicate.objects.all(), FoundPair.objects.all()):
        seen = rows.to_review().visible_to(actor).order_by()
        known |= set(seen.values_list("first_id", "second_id")[: SHOWN + 1])
    return f"{SHOWN}+" if len(known) > SHOWN else str(len(known) or "")


def pair_of_two(one: Person, other: Person) -> Pair | None:
    """What is said of the two, if it is."""
    first, second = sorted((one.pk, other.pk))
    at_entry = PossibleDuplicate.objects.filter(first=first, second=second).first()
    return at_entry or FoundPair.objects.filter(first=first, second=second).first()


def _surest(actor: Principal, most: int, those: Callable[[PairSet], PairSet]) -> list[Pair]:
    found: dict[tuple[int, int], Pair] = {}
    for rows in (PossibleDuplicate.objects.all(), FoundPair.objects.all()):
        seen = those(rows.to_review().visible_to(actor)).select_related("first", "second").order_by("-sure", "id")
        for pair in seen[:most]:
            found.setdefault((pair.first_id, pair.second_id), pair)
    return sorted(found.values(), key=lambda pair: -pair.sure)[:most]
