"""What of several people who are one says which of them stays."""

from collections import Counter
from collections.abc import Collection

from django.db.models import Count

from khoi.history.models import KINDS
from khoi.history.queries.lives import chunks
from khoi.people.models import Person
from khoi.people.queries.pointers import pointers
from khoi.people.rules.merging import FIELDS
from khoi.people.rules.surviving import Candidate


def candidates(people: Collection[int]) -> dict[int, Candidate]:
    """Person id → what hangs on them and is known of them. Who is not there is left out."""
    found: dict[int, Candidate] = {}
    for part in chunks(people):
        hanging, filled = _counted(part)
        for person in Person.objects.filter(pk__in=part):
            known = filled[person.pk] + sum(bool(getattr(person, name)) for name in FIELDS)
            found[person.pk] = Candidate(person.pk, hanging[person.pk], known, person.created_at)
    return found


def _counted(people: list[int]) -> tuple[Counter[int], Counter[int]]:
    """Rows of other records that are theirs, and rows that are a part of themselves."""
    hanging: Counter[int] = Counter()
    filled: Counter[int] = Counter()
    for pointer in pointers():
        if pointer.reference.on_merge == "move":
            name = pointer.field.attname
            rows = pointer.rows(people).order_by().values(name).annotate(n=Count("pk"))
            own = KINDS[pointer.model].part_of == pointer.field.name
            (filled if own else hanging).update({row[name]: row["n"] for row in rows})
    return hanging, filled
