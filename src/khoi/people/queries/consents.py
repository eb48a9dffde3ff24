"""What somebody agreed to, whichever of their merged selves said so."""

from collections.abc import Iterable

from django.db.models import Max

from khoi.people.models import Consent, Person
from khoi.people.rules.merging import Word, standing_word


def standing_consents(person: Person) -> dict[str, Consent]:
    """Purpose → the entry of the ledger that holds today."""
    entries = {one.pk: one for one in Consent.objects.filter(person=person)}
    merged_at = None
    if any(one.person_ref != person.pk for one in entries.values()):
        merged_at = Person.objects.filter(merged_into=person).aggregate(last=Max("merged_at"))["last"]
    found: dict[str, Consent] = {}
    for purpose in sorted({one.purpose for one in entries.values()}):
        word = standing_word(_words(one for one in entries.values() if one.purpose == purpose), merged_at)
        if word is not None:
            found[purpose] = entries[word.entry]
    return found


def _words(entries: Iterable[Consent]) -> list[Word]:
    return [
        Word(one.pk, one.person_ref, one.state == "given", one.confirmed, one.occurred_at, one.recorded_at)
        for one in entries
    ]
