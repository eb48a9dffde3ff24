"""Groups of people that somebody chose to be merged."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from khoi.history.models import Act
from khoi.history.queries.lives import chunks
from khoi.people.models import Person
from khoi.team.rules import Principal


def groups_of(groups: Iterable[Sequence[str | UUID]], actor: Principal) -> list[list[int]]:
    """Ids of the people with these public ids, as far as the actor sees them; without groups of fewer than two."""
    given = [[one for text in ids if (one := _id(text))] for ids in groups]
    known: dict[UUID, int] = {}
    for part in _parts([one for ids in given for one in ids]):
        seen = Person.objects.visible_to(actor).filter(public_id__in=part)
        known |= dict(seen.values_list("public_id", "pk"))
    found = [list(dict.fromkeys(known[one] for one in ids if one in known)) for ids in given]
    return [ids for ids in found if len(ids) > 1]


def public_ids(people: Collection[int], actor: Principal) -> dict[int, UUID]:
    """Those the actor may know of, merged ones too."""
    found: dict[int, UUID] = {}
    for part in chunks(people):
        found |= dict(Person.objects.known_to(actor).filter(pk__in=part).values_list("pk", "public_id"))
    return found


def may_still_go(act_id: int | None) -> bool:
    """Whether the act stands."""
    return act_id is not None and Act.objects.filter(pk=act_id, undone_by=None).exists()


def _parts(ids: list[UUID]) -> Iterable[list[UUID]]:
    for part in chunks(range(len(ids))):
        yield [ids[at] for at in part]


def _id(text: str | UUID) -> UUID | None:
    try:
        return text if isinstance(text, UUID) else UUID(text)
    except ValueError:
        return None
