"""What somebody agreed to, whichever of their merged selves said so."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max

from khoi.people.models import Consent, Person
from khoi.people.rules.merging import Word, standing_word


def standing_consents(person: Person) -> dict[str, Consent]:
    """Purpose → the entry of the ledger that holds today."""
    entries = list(Consent.objects.filter(person=person))
    merged_at = None
    if any(one.person_ref != person.pk for one in entries):
        merged_at = Person.objects.filter(merged_into=person).aggregate(last=Max("merged_at"))["last"]
    return _standing(entries, merged_at)


def standing_together(one: Person, other: Person) -> dict[str, Consent]:
    """Purpose → the entry that would hold if the two were merged now: the stricter of what holds for each."""
    each = [*standing_consents(one).values(), *standing_consents(other).values()]
    return _standing(each, None)


def _standing(entries: Iterable[Consent], merged_at: datetime | None) -> dict[str, Consent]:
    known = {one.pk: one for one in entries}
    found: dict[str, Consent] = {}
    for purpose in sorted({one.purpose for one in known.values()}):
        word = standing_word(_words(one for one in known.values() if one.purpose == purpose), merged_at)
        if word is not None:
            found[purpose] = known[word.entry]
    return found


def _words(entries: Iterable[Consent]) -> list[Word]:
    return [
        Word(one.pk, one.person_ref, one.state == "given", one.confirmed, one.occurred_at, one.recorded_at)
        for one in entries
    ]
