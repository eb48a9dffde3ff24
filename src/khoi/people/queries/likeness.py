"""Whom somebody may be: by their keys, in a few index look-ups however many people there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from khoi.kit.db.asking import ask
from khoi.people.models import MatchKey as StoredKey
from khoi.people.rules.likeness import CROWD, PAIRING, how_sure, names_alike, reason_for
from khoi.people.rules.matching import KeyKind, MatchKey

_NAMES = "select person_id, value from people_match_key where person_id in ({ids}) and kind = 'name'"
#: So many keys are looked up one by one, with a limit each; more are counted first.
FEW = 16


@dataclass(frozen=True, slots=True)
class Likeness:
    """Somebody who may be meant, why, and how sure that makes, in percent."""

    person_id: int
    reasons: tuple[str, ...]
    sure: int


def alike(keys: Collection[MatchKey], *, leaving_out: int = 0) -> list[Likeness]:
    """Everybody who may be the one with these keys, the surest first; keys that a crowd shares are passed over."""
    return likenesses({leaving_out: keys})[leaving_out]


def likenesses(people: Mapping[int, Collection[MatchKey]]) -> dict[int, list[Likeness]]:
    """Person id → everybody who may be the same, for many at once."""
    wanted = {key for keys in people.values() for key in keys if key.kind in PAIRING or key.kind == "company"}
    held = holders(wanted)
    names = _names_of({one for key, ids in held.items() if key.kind == "company" for one in ids})
    return {pk: _of_one(pk, keys, held, names) for pk, keys in people.items()}


def _of_one(
    pk: int, keys: Collection[MatchKey], held: Mapping[MatchKey, list[int]], names: Mapping[int, set[str]]
) -> list[Likeness]:
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
        return {key: ids for key, ids in each.items() if ids and len(ids) <= CROWD[key.kind]}
    found: dict[MatchKey, list[int]] = defaultdict(list)
    for kind, values in _by_kind(keys).items():
        rows = StoredKey.objects.filter(kind=kind, value__in=values)
        counts = rows.values("value").annotate(n=Count("pk"))
        few = [row["value"] for row in counts if row["n"] <= CROWD[kind]]
        for value, person in rows.filter(value__in=few).order_by("person").values_list("value", "person"):
            found[MatchKey(kind, value)].append(person)
    return found


def count_holders(keys: Collection[MatchKey]) -> dict[MatchKey, int]:
    """Key → how many have it, but at most one more than a crowd begins with when only a few keys are asked for."""
    if len(keys) <= FEW:
        return {key: len(_some(key)) for key in keys}
    found: dict[MatchKey, int] = {}
    for kind, values in _by_kind(keys).items():
        rows = StoredKey.objects.filter(kind=kind, value__in=values).values("value").annotate(n=Count("pk"))
        found |= {MatchKey(kind, row["value"]): row["n"] for row in rows}
    return found


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
