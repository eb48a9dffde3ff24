"""Whom somebody may be: by their keys, in a few index look-ups however many people there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q

from khoi.kit.db.asking import ask
from khoi.people.models import MatchKey as StoredKey
from khoi.people.rules.likeness import CROWD, PAIRING, how_sure, names_alike, reason_for
from khoi.people.rules.matching import KeyKind, MatchKey

_NAMES = "select person_id, value from people_match_key where person_id in ({ids}) and kind = 'name'"
_HOLDERS = "select value, person_id from people_match_key where value in ({ids}) and kind = %s order by person_id"
_COUNTS = "select value, count(*) from people_match_key where value in ({ids}) and kind = %s group by value"
#: So many keys are looked up one by one, with a limit each; more are counted first.
FEW = 16
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Likeness:
    """Somebody who may be meant, why, and how sure that makes, in percent."""

    person_id: int
    reasons: tuple[str, ...]
    sure: int


def alike(keys: Collection[MatchKey], *, leaving_out: int = 0) -> list[Likeness]:
    """Everybody who may be the one with these keys, the surest first; keys that a crowd shares are passed over."""
    return likenesses({leaving_out: keys})[leaving_out]


def likenesses(
    people: Mapping[int, Collection[MatchKey]], *, counts: Mapping[MatchKey, int] | None = None
) -> dict[int, list[Likeness]]:
    """Person id → everybody who may be the same, for many at once. ``counts``: how many hold some of the keys, where
    somebody has counted; all keys are stored as those of their people then, so whoever holds one alone is not like
    anybody by it."""
    wanted = {key for keys in people.values() for key in keys if key.kind in CROWD}
    held = holders(wanted) if counts is None else _shared(wanted, counts)
    names = _names_of({one for key, ids in held.items() if key.kind == "company" for one in ids})
    return {pk: _of_one(pk, keys, held, names) for pk, keys in people.items()}


def _of_one(
    pk: int, keys: Collection[MatchKey], held: Mapping[MatchKey, list[int]], names: Mapping[int, set[str]]
) -> list[Likeness]:
    if held.keys().isdisjoint(keys):
        return []
    reasons: dict[int, set[str]] = defaultdict(set)
    mine = {key.value for key in keys if key.kind == "name"}
    for key in keys:
        for other in held.get(key, ()):
            if key.kind in PAIRING:
                reasons[other].add(reason_for(key.kind))
            elif any(names_alike(one, their) for one in mine for their in names.get(other, ())):
                reasons[other].add("like_name_company")
    reasons.pop(pk, None)
    found = [Likeness(other, tuple(sorted(_told(codes))), how_sure(_told(codes))) for other, codes in reasons.items()]
    return sorted(found, key=lambda one: (-one.sure, one.person_id))


def _told(codes: set[str]) -> set[str]:
    """Who has the same name at the same company is not said to have one like it, too."""
    return codes - {"like_name_company"} if "same_name_company" in codes else codes


def holders(keys: Collection[MatchKey]) -> dict[MatchKey, list[int]]:
    """Key → who has it, in order of id; without the keys that a crowd shares."""
    if len(keys) <= FEW:
        each = {key: _some(key) for key in keys}
        return {key: ids for key, ids in each.items() if ids and not is_crowd(key, len(ids))}
    return _listed(key for key, count in count_holders(keys).items() if not is_crowd(key, count))


def _shared(keys: Collection[MatchKey], counts: Mapping[MatchKey, int]) -> dict[MatchKey, list[int]]:
    """The same of keys that are more than one person's."""
    every = {**counts, **count_holders([key for key in keys if key not in counts])}
    return _listed(key for key in keys if every[key] > 1 and not is_crowd(key, every[key]))


def is_crowd(key: MatchKey, holders: int) -> bool:
    return holders > CROWD[key.kind]


def _listed(keys: Iterable[MatchKey]) -> dict[MatchKey, list[int]]:
    found: dict[MatchKey, list[int]] = defaultdict(list)
    for kind, values in _by_kind(keys).items():
        for part in _parts(values):
            for value, person in ask(_HOLDERS, part, kind):
                found[MatchKey(kind, value)].append(person)
    return found


def count_holders(keys: Collection[MatchKey]) -> dict[MatchKey, int]:
    """Key → how many have it, but at most one more than a crowd begins with when only a few keys are asked for."""
    if len(keys) <= FEW:
        return {key: len(_some(key)) for key in keys}
    found: dict[MatchKey, int] = dict.fromkeys(keys, 0)
    for kind, values in _by_kind(keys).items():
        for part in _parts(values):
            found |= {MatchKey(kind, value): count for value, count in ask(_COUNTS, part, kind)}
    return found


def _parts(values: list[str]) -> Iterable[list[str]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def having(keys: Iterable[MatchKey]) -> Any:
    """The stored keys that are these: one index look-up each."""
    asked = Q(pk__in=[])
    for kind, values in _by_kind(keys).items():
        asked |= Q(kind=kind, value__in=values)
    return StoredKey.objects.filter(asked)


def _some(key: MatchKey) -> list[int]:
    """In plain words to the database: every arrival asks for some ten keys."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select person_id from people_match_key where kind = %s and value = %s order by person_id limit %s",
            [key.kind, key.value, CROWD[key.kind] + 1],
        )
        return [person for (person,) in cursor.fetchall()]


def _by_kind(keys: Iterable[MatchKey]) -> dict[KeyKind, list[str]]:
    kinds: dict[KeyKind, list[str]] = defaultdict(list)
    for key in sorted(keys):
        kinds[key.kind].append(key.value)
    return kinds


def _names_of(people: Collection[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for person, value in ask(_NAMES, people):
        found[person].add(value)
    return found
