"""Might these two be one? By what they share, each reason with how much it is worth.

A name alone is never a reason: thousands are called Nguyễn Văn An. The figures are how often a pair with that reason
turns out to be one, as a rule of thumb; several reasons add up as independent ones would.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Final

from khoi.people.rules.matching import KeyKind, MatchKey

__all__ = ["CROWD", "PAIRING", "REASONS", "how_sure", "identity_keys", "names_alike", "reason_for"]

#: Reason → how sure it makes, in percent.
REASONS: Final[dict[str, int]] = {
    "same_email": 98,
    "same_phone": 92,
    "same_name_company": 85,
    "like_name_company": 70,
    "same_name_region": 55,
}
#: The keys that make a pair by themselves.
PAIRING: Final[tuple[KeyKind, ...]] = ("email", "phone", "name_company", "name_region")
#: A key that more people than this share tells nobody apart: a switchboard, a very large company, a name that half a
#: province has.
CROWD: Final[dict[KeyKind, int]] = {
    "email": 10,
    "phone": 10,
    "name_company": 10,
    "name_region": 3,
    "company": 30,
}

_APART: Final = " @ "


def identity_keys(
    names: Iterable[str],
    *,
    emails: Iterable[str] = (),
    phones: Iterable[str] = (),
    companies: Iterable[str] = (),
    regions: Iterable[str] = (),
) -> frozenset[MatchKey]:
    """Everything somebody may be recognised by. Names and regions are folded words in one order ("An Nguyễn" is
    "Nguyễn An"), companies without their legal form; a name of one word goes into no key with others."""
    known = {"email": set(emails), "phone": set(phones), "company": set(companies), "name": set(names)}
    whole = {name for name in known["name"] if " " in name}
    known["name_company"] = {name + _APART + company for name in whole for company in known["company"] if company}
    known["name_region"] = {name + _APART + region for name in whole for region in regions if region}
    kinds: tuple[KeyKind, ...] = ("email", "phone", "company", "name", "name_company", "name_region")
    return frozenset(MatchKey(kind, value[:320]) for kind in kinds for value in known[kind] if value)


def reason_for(kind: KeyKind) -> str:
    return f"same_{kind}"


def how_sure(reasons: Iterable[str]) -> int:
    """Percent, at most 99: only a person can be certain of two who came in apart."""
    return min(99, round(100 * (1 - prod(1 - REASONS[code] / 100 for code in set(reasons)))))


def names_alike(one: str, other: str) -> bool:
    """Whether two folded, ordered names may be one: a word is missing ("Mai Chi" and "Nguyễn Thị Mai Chi"), or one
    letter is off. Names of one word are too short to tell."""
    mine, theirs = one.split(), other.split()
    if min(len(mine), len(theirs)) < 2 or one == other:
        return False
    fewer, more = sorted((set(mine), set(theirs)), key=len)
    return fewer <= more or _one_letter_off(one, other)


def _one_letter_off(one: str, other: str) -> bool:
    """One letter typed wrongly, left out or doubled, or two neighbours swapped."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) != len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[at : at + 2][::-1] == long[at : at + 2] and short[at + 2 :] == long[at + 2 :]
    return swapped or short[at + 1 :] == long[at + 1 :]
