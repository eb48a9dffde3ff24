"""Names of people, Vietnamese (family first) and Western (family last)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from khoi.kit.fold import fold, words

__all__ = ["Name", "initials", "is_blank", "name_key", "parse_name"]

# Folded. The family names of well over nine in ten Vietnamese.
_FAMILY_NAMES: Final = frozenset(
    """nguyen tran le pham huynh hoang phan vu vo dang bui do ho ngo duong ly dinh trinh doan luong mai truong dao to
    lam ha cao chau ta phung quach thai thach thieu trieu kieu luu ngoc vuong vi tang tong trang nghiem mac lai khuat
    khong giang dam diep dong au banh bach cu cung chu luc la mach ong ninh nhan nham quan sam son tieu ton tu van vien
    """.split()
)
# Written as two words, folded.
_DOUBLE_FAMILY_NAMES: Final = frozenset({("ton", "that"), ("ton", "nu"), ("au", "duong")})
# Not in the Vietnamese alphabet: a word with one of them makes the whole name a foreign one.
_FOREIGN_LETTERS: Final = frozenset("fjwz")
_INVISIBLE: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Mn", "Me"})
# Letters and signs by category that show nothing: the Hangul fillers and the empty Braille cell.
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")


@dataclass(frozen=True, slots=True)
class Name:
    """The parts of a name as written; a part that is not there is empty."""

    family: str
    middle: str
    given: str


def parse_name(full: str, language: str = "vi") -> Name:
    """Split `full` by what the words themselves tell, else by the custom of `language` ("vi" family first).

    "Nguyễn Thị Minh Anh" is family Nguyễn, middle Thị Minh, given Anh; "Smith, John" is family Smith in every language.
    One word alone is a given name.
    """
    family, comma, rest = full.partition(",")
    if comma and family.strip() and rest.strip():
        *middle, given = _reversed_given(rest.split())
        return Name(" ".join(family.split()), " ".join(middle), given)
    parts = full.split()
    if len(parts) < 2:
        return Name("", "", " ".join(parts))
    return _family_first(parts) if _is_family_first(parts, language) else _family_last(parts)


def is_blank(text: str) -> bool:
    """Nothing to be seen: spaces of any kind, controls, joiners, fillers and marks without a letter to stand on."""
    return all(sign in _FILLERS or unicodedata.category(sign) in _INVISIBLE for sign in text)


def initials(full: str) -> str:
    """One or two capitals for an avatar: of the first and the last word, "Trần Thị Hoà An" → "TA"."""
    letters = [next((sign for sign in word if sign.isalnum()), "") for word in full.replace(",", " ").split()]
    letters = [letter for letter in letters if letter]
    return "".join(letters[:1] + letters[1:][-1:]).upper()


def name_key(full: str) -> str:
    """The folded words of a name in alphabetical order, so that "An Nguyễn" and "Nguyen An" have one key."""
    return " ".join(sorted(words(full)))


def _is_family_first(parts: list[str], language: str) -> bool:
    first, last = fold(parts[0]), fold(parts[-1])
    if language == "vi":
        return not any(_FOREIGN_LETTERS & set(fold(part)) for part in parts)
    return first in _FAMILY_NAMES and last not in _FAMILY_NAMES


def _family_first(parts: list[str]) -> Name:
    double = len(parts) > 2 and (fold(parts[0]), fold(parts[1])) in _DOUBLE_FAMILY_NAMES
    size = 2 if double else 1
    return Name(" ".join(parts[:size]), " ".join(parts[size:-1]), parts[-1])


def _family_last(parts: list[str]) -> Name:
    return Name(parts[-1], " ".join(parts[1:-1]), parts[0])


def _reversed_given(parts: list[str]) -> list[str]:
    """Middle names first, the given name last: after a comma the given name is the first word."""
    return [*parts[1:], parts[0]]
