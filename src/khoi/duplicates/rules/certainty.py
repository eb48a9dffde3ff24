"""Two who are one without anybody having looked: precision first.

An address that both have, and hardly anybody else, together with a name that is the same or nearly; and nothing that
speaks against it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

from khoi.kit.fold import fold, words
from khoi.people.rules.likeness import names_alike

__all__ = ["MOST", "SURE", "Evidence", "Likeness", "all_alike", "is_certain", "name_likeness", "speaks_against"]

#: So sure, in percent, a pair has to be before anything else is asked.
SURE: Final = 95
#: Of a larger group somebody has to look at all.
MOST: Final = 5

Likeness = Literal["same", "like", "other"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """``sure`` in percent, of the model. ``address``: they share an email or a phone, or another number of their own,
    that nobody has who is called otherwise. ``against``: a field in which both have something, and nothing alike."""

    sure: int
    address: bool
    name: Likeness
    against: bool


def is_certain(one: Evidence) -> bool:
    return one.sure >= SURE and one.address and one.name != "other" and not one.against


def name_likeness(one: str, other: str) -> Likeness:
    """``same``: the same words in any order, of two words at least; ``like``: a word is missing or a letter is off.
    Marks are left out only by who leaves all of them out: "Nguyễn Văn Anh" and "Nguyễn Văn Ánh" are two."""
    mine, theirs = sorted(words(one)), sorted(words(other))
    if min(len(mine), len(theirs)) < 2 or _marks_differ(one, other):
        return "other"
    if mine == theirs:
        return "same"
    return "like" if names_alike(" ".join(mine), " ".join(theirs)) else "other"


def all_alike(names: Iterable[str]) -> bool:
    """Of an address that many have: whether they may all be one, by their names."""
    told = sorted(set(names))
    return len(told) <= MOST and all(name_likeness(one, other) != "other" for one, other in combinations(told, 2))


def speaks_against(name: Likeness, *, phones: bool, emails: bool, companies: bool, regions: bool, own: bool) -> bool:
    """Each says that both have such, and share none. Of one name people have several phones and emails."""
    return own or companies or regions or (name != "same" and (phones or emails))


def _marks_differ(one: str, other: str) -> bool:
    mine, theirs = _marked(one), _marked(other)
    if not (_has_marks(mine) and _has_marks(theirs)):
        return False
    return any(mine[word] != theirs[word] for word in mine.keys() & theirs.keys())


def _marked(name: str) -> dict[str, list[str]]:
    """Folded word → how it is written with its marks."""
    found: dict[str, list[str]] = {}
    for word in unicodedata.normalize("NFC", name).casefold().split():
        found.setdefault(fold(word), []).append(word)
    return {folded: sorted(written) for folded, written in found.items()}


def _has_marks(marked: dict[str, list[str]]) -> bool:
    return any(word != folded for folded, written in marked.items() for word in written)
