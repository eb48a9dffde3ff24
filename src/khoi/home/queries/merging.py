"""Two people side by side, before they are merged."""

from uuid import UUID

from khoi.people.models import Person
from khoi.team.queries import find
from khoi.team.rules import Principal

MERGE = "person.merge"


def pair_of(actor: Principal, survivor: UUID, loser: UUID) -> tuple[Person, Person]:
    """The two behind these public ids, as they were asked for: also somebody who was merged already. Raises
    ``Hidden`` or ``Forbidden`` as for any record."""
    for public_id in (survivor, loser):
        find(actor, MERGE, Person, public_id=public_id)
    known = Person.objects.known_to(actor)
    return known.get(public_id=survivor), known.get(public_id=loser)
