"""Is this somebody we know? By email and phone, never by name; who else may be the same is said by likeness."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

__all__ = ["Candidate", "KeyKind", "Match", "MatchKey", "Point", "Reason", "choose_match", "keys_of"]

KeyKind = Literal["email", "phone", "company", "name", "name_company", "name_region"]
Certainty = Literal["certain", "possible", "none"]

# An email is one person's; a phone is often a couple's or a counter's.
_STRONGEST_FIRST: Final[tuple[KeyKind, ...]] = ("email", "phone")


@dataclass(frozen=True, slots=True)
class Point:
    """A way to reach somebody, in its kept form (lower-cased email, E.164 phone).

    Not `confirmed`: only an anonymous sender says that it is theirs. Not `own`: shared, as a switchboard or info@.
    """

    value: str
    confirmed: bool = True
    own: bool = True


class MatchKey(NamedTuple):
    """What a person is recognised by. A tuple, for a file of people has hundreds of thousands to look up."""

    kind: KeyKind
    value: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A known person who has the key `key`."""

    person_id: int
    key: MatchKey


@dataclass(frozen=True, slots=True)
class Reason:
    """`code`: same_email, same_phone (why this person), possible_duplicate (somebody else has this key too)."""

    code: str
    person_id: int
    key: MatchKey


@dataclass(frozen=True, slots=True)
class Match:
    """The person to join, None for nobody known. `certainty` is possible when other persons had as good a claim."""

    person_id: int | None
    certainty: Certainty
    reasons: tuple[Reason, ...]

    @property
    def possible_duplicates(self) -> tuple[int, ...]:
        """The other persons found, to be looked at by a colleague; in order of id."""
        return tuple(sorted({reason.person_id for reason in self.reasons if reason.code == "possible_duplicate"}))


def keys_of(emails: Iterable[Point], phones: Iterable[Point]) -> frozenset[MatchKey]:
    """The keys a person is found by: of their own confirmed points alone. An empty value is never a key."""
    return _keys("email", emails) | _keys("phone", phones)


def choose_match(candidates: Iterable[Candidate]) -> Match:
    """The person behind the strongest key; an email counts before a phone, then the longest known (smallest id) first.

    Everybody else found is named as a possible duplicate: we join one, and a colleague decides about the rest.
    """
    found = sorted(candidates, key=lambda one: (_STRONGEST_FIRST.index(one.key.kind), one.person_id, one.key))
    if not found:
        return Match(None, "none", ())
    best = found[0]
    rivals = {one.person_id for one in found if one.key.kind == best.key.kind}
    reasons = tuple(Reason(_code(one, best), one.person_id, one.key) for one in found)
    return Match(best.person_id, "certain" if len(rivals) == 1 else "possible", reasons)


def _keys(kind: KeyKind, points: Iterable[Point]) -> frozenset[MatchKey]:
    values = (point.value.strip() for point in points if point.confirmed and point.own)
    return frozenset(MatchKey(kind, value) for value in values if value)


def _code(candidate: Candidate, best: Candidate) -> str:
    return f"same_{candidate.key.kind}" if candidate.person_id == best.person_id else "possible_duplicate"
