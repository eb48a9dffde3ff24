"""Two people are one: whose values the survivor keeps, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

__all__ = ["CHOOSABLE", "FIELDS", "MERGING", "REACH", "Choice", "Profile", "Side", "Word", "choose", "standing_word"]

Side = Literal["survivor", "loser"]
#: Why a value is the one that stays: both had it, only one had any, the person chose it, or nobody chose.
Because = Literal["same", "only_one", "chosen", "survivor"]

#: The verb of the act: what says that an act is to be taken back as a merge.
MERGING: Final = "merge_people"
FIELDS: Final = ("full_name", "job_title", "language")
#: Of these both keep all they have; what is chosen is which one comes first.
REACH: Final = ("email", "phone")
#: Of every person. Fields of one's own come beside these, as ``custom.<key>``.
CHOOSABLE: Final = FIELDS + REACH


@dataclass(frozen=True, slots=True)
class Profile:
    """What a merge compares: field → value; of email and phone the primary one in its kept form. Two that are compared
    have the same fields, "" where there is no value."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """``side`` gives the value of the field; ``differs``: there was something to choose."""

    field: str
    side: Side
    value: str
    because: Because
    differs: bool


def choose(survivor: Profile, loser: Profile, wanted: Mapping[str, Side]) -> tuple[Choice, ...]:
    """The survivor's value stays unless it is missing or the other one is wanted; nothing is made up."""
    return tuple(_one(name, survivor.values[name], loser.values[name], wanted.get(name)) for name in survivor.values)


def _one(name: str, mine: str, theirs: str, wanted: Side | None) -> Choice:
    differs = bool(mine and theirs and mine != theirs)
    if wanted is not None:
        return Choice(name, wanted, mine if wanted == "survivor" else theirs, "chosen", differs)
    if mine == theirs:
        return Choice(name, "survivor", mine, "same", False)
    if not mine:
        return Choice(name, "loser", theirs, "only_one", False)
    return Choice(name, "survivor", mine, "survivor" if theirs else "only_one", differs)


@dataclass(frozen=True, slots=True)
class Word:
    """One entry of the consent ledger for one purpose. ``of``: the person it was said for at the time."""

    entry: int
    of: int
    given: bool
    confirmed: bool
    occurred_at: datetime
    recorded_at: datetime


def standing_word(words: Iterable[Word], merged_at: datetime | None) -> Word | None:
    """The word that holds for a person and all merged into them, the last time at ``merged_at``.

    What was said after that holds, the last of it. Before, each of them had a last word, and the stricter one
    holds: a withdrawal before a consent, and of two alike the later; a consent that only a stranger claimed holds
    when there is no other.
    """
    said = sorted(words, key=lambda word: (word.occurred_at, word.entry))
    if merged_at is not None:
        since = [word for word in said if min(word.occurred_at, word.recorded_at) > merged_at]
        if since:
            return since[-1]
    last = {word.of: word for word in said}
    return max(last.values(), key=_strictness, default=None)


def _strictness(word: Word) -> tuple[bool, bool, datetime, int]:
    return (not word.given, word.confirmed, word.occurred_at, word.entry)
