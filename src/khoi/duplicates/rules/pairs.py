"""Why two people may be one, in the reasons of ``people.rules.likeness``, and who may be one together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

__all__ = ["CHAINING", "LARGEST", "Agreement", "clusters", "how_sure", "reasons_of"]

#: So sure, in percent, a pair has to be to chain its two with others.
CHAINING: Final = 90
#: At most so sure, in percent, is a pair whose names have nothing in common: a couple or a counter shares an address.
OTHERWISE_NAMED: Final = 60
#: More than so many are not shown as one person: something they share misled us.
LARGEST: Final = 20


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two people share, and whether names or addresses that are not the same are alike; ``like_name`` is None when
    one of them has no name."""

    email: bool
    phone: bool
    name: bool
    company: bool
    region: bool
    like_name: bool | None
    like_email: bool


def reasons_of(one: Agreement) -> list[str]:
    """In alphabetical order; empty when a name is all they share, for thousands are called Nguyễn Văn An."""
    found = {
        "same_email": one.email,
        "same_phone": one.phone,
        "same_name_company": one.name and one.company,
        "like_name_company": bool(one.like_name) and one.company and not one.name,
        "same_name_region": one.name and one.region,
        "like_email": one.like_email and not one.email and (one.name or bool(one.like_name)),
    }
    return sorted(code for code, holds in found.items() if holds)


def how_sure(likelihood: float, one: Agreement) -> int:
    """Percent, at most 99: only a person can be certain of two who came in apart."""
    most = OTHERWISE_NAMED if one.like_name is False and not one.name else 99
    return min(most, int(likelihood * 100))


def clusters(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Member → the smallest member of all it is chained to; who is chained to too many is left out."""
    root: dict[int, int] = {}

    def find(member: int) -> int:
        while (above := root.setdefault(member, member)) != member:
            root[member] = root[above]
            member = root[member]
        return member

    for one, other in pairs:
        low, high = sorted((find(one), find(other)))
        root[high] = low
    found = {member: find(member) for member in list(root)}
    sizes = Counter(found.values())
    return {member: first for member, first in found.items() if sizes[first] <= LARGEST}
