"""Acts that go on with another: which belong together, and how much they did as one."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from khoi.history.models import Act
from khoi.history.queries.lives import chunks
from khoi.kit.db.asking import ask

_STANDING = "select id from history_act where part_of_id in ({ids}) and undone_by_id is null and position is not null"
_PARTS = "select id, part_of_id from history_act where part_of_id in ({ids}) and position is not null order by position"
_COUNTS = "select act_id, count(*) from history_change where act_id in ({ids}) group by act_id"


def parts_of(acts: Collection[int]) -> set[int]:
    """The parts of these acts that stand. Empty for acts that are none, or only a part themselves."""
    return {pk for chunk in chunks(acts) for (pk,) in ask(_STANDING, chunk)}


def wholes_of(acts: Iterable[int]) -> dict[int, int]:
    """Act id → the one of ``acts`` it is told with: itself, and of each of its parts, standing or not, in order."""
    given = list(acts)
    return {pk: pk for pk in given} | {
        pk: whole for chunk in chunks(given) for pk, whole in ask(_PARTS, chunk) if pk not in given
    }


def together(act: Act) -> list[int]:
    """The act and its parts, in the order they were done, whether they stand or not."""
    return list(wholes_of([act.pk]))


def how_many(acts: Collection[int]) -> int:
    """As people count them: a part is told with its whole, unless that is not among them."""
    given = set(acts)
    return len(given - {pk for chunk in chunks(given) for pk, _ in ask(_PARTS, chunk)})


def counts_of(acts: Iterable[int]) -> dict[int, int]:
    """Act id → how many changes it made with all of its parts."""
    wholes = wholes_of(acts)
    found: dict[int, int] = defaultdict(int)
    for chunk in chunks(wholes):
        for act, count in ask(_COUNTS, chunk):
            found[wholes[act]] += count
    return dict(found)
