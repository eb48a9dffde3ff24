"""Groups of people who are one without anybody having to look, as things stand now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from khoi.custom.queries import plain_words, values_of
from khoi.duplicates.models import FoundPair
from khoi.duplicates.queries.groups import Group
from khoi.duplicates.rules.certainty import (
    MOST,
    SURE,
    Evidence,
    Likeness,
    all_alike,
    is_certain,
    name_likeness,
    speaks_against,
)
from khoi.duplicates.rules.pairs import clusters
from khoi.history.queries.lives import chunks
from khoi.people.models import MatchKey, Person
from khoi.people.queries import own_choosable
from khoi.team.rules import Principal

_ADDRESSES = ("same_email", "same_phone")
_APART = " @ "


@dataclass(frozen=True, slots=True)
class _Known:
    """Of one person: what each kind of key says, and what stands in fields of one's own."""

    person: Person
    keys: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    own: dict[str, str] = field(default_factory=dict)


def certain_groups(actor: Principal) -> list[Group]:
    """Of those the actor sees. Nothing speaks against any two of a group, and each is certainly one with another."""
    asked = FoundPair.objects.to_review().visible_to(actor).filter(sure__gte=SURE).order_by("first_id", "second_id")
    pairs = {(pair.first_id, pair.second_id): pair for pair in asked if set(pair.reasons) & set(_ADDRESSES)}
    known = _known({one for pair in pairs for one in pair})
    holders = _holders(pairs, known)
    certain = {
        two: pair
        for two, pair in pairs.items()
        if is_certain(_evidence(pair.sure, known[two[0]], known[two[1]], holders))
    }
    chained = clusters(certain)
    members: dict[int, list[int]] = defaultdict(list)
    for pk, first in sorted(chained.items()):
        members[first].append(pk)
    return [_group(ids, known, certain) for ids in members.values() if _agree([known[pk] for pk in ids])]


def _group(ids: list[int], known: Mapping[int, _Known], certain: Mapping[tuple[int, int], FoundPair]) -> Group:
    pairs = [certain[two] for two in combinations(ids, 2) if two in certain]
    reasons = dict.fromkeys(code for pair in pairs for code in pair.reasons)
    return Group(tuple(known[pk].person for pk in ids), min(pair.sure for pair in pairs), tuple(reasons))


def _agree(group: list[_Known]) -> bool:
    if len(group) > MOST:
        return False
    pairs = [(one, other, _name(one, other)) for one, other in combinations(group, 2)]
    return not any(name == "other" or _against(one, other, name) for one, other, name in pairs)


def _evidence(sure: int, one: _Known, other: _Known, holders: Mapping[tuple[str, str], set[str]]) -> Evidence:
    name = _name(one, other)
    names = {one.person.full_name, other.person.full_name}
    shared = [(kind, value) for kind in ("email", "phone") for value in one.keys[kind] & other.keys[kind]]
    theirs = any(all_alike(names | holders[key]) for key in shared)
    return Evidence(sure, theirs, name, _against(one, other, name))


def _name(one: _Known, other: _Known) -> Likeness:
    return name_likeness(one.person.full_name, other.person.full_name)


def _against(one: _Known, other: _Known, name: Likeness) -> bool:
    def apart(kind: str) -> bool:
        return bool(one.keys[kind] and other.keys[kind]) and not one.keys[kind] & other.keys[kind]

    own = any(one.own[key] != other.own[key] for key in one.own.keys() & other.own.keys())
    return speaks_against(
        name,
        phones=apart("phone"),
        emails=apart("email"),
        companies=apart("company"),
        regions=apart("region"),
        own=own,
    )


def _known(people: Collection[int]) -> dict[int, _Known]:
    found: dict[int, _Known] = {}
    fields = own_choosable()
    for part in chunks(people):
        rows = list(Person.objects.filter(pk__in=part))
        found |= {one.pk: _Known(one) for one in rows}
        for pk, kind, value in MatchKey.objects.filter(person__in=part).values_list("person_id", "kind", "value"):
            found[pk].keys["region" if kind == "name_region" else kind].add(value.rpartition(_APART)[2])
        for pk, values in (values_of(rows, fields) if fields else {}).items():
            told = {one.key: plain_words(one, values.get(one.key), "en") for one in fields}
            found[pk].own.update({key: words for key, words in told.items() if words})
    return found


def _holders(pairs: Iterable[tuple[int, int]], known: Mapping[int, _Known]) -> dict[tuple[str, str], set[str]]:
    """Shared address → the names of all who have it."""
    shared: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        for kind in ("email", "phone"):
            shared[kind] |= known[one].keys[kind] & known[other].keys[kind]
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, values in shared.items():
        every = sorted(values)
        for start in range(0, len(every), 500):
            rows = MatchKey.objects.filter(kind=kind, value__in=every[start : start + 500])
            for value, name in rows.values_list("value", "person__full_name"):
                found[kind, value].add(name)
    return found
