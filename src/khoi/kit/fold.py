"""Text as people search for it and as Vietnamese dictionaries order it.

Databases fold differently (SQLite leaves Đ alone, PostgreSQL does not), so both sides of every comparison are
folded here.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

__all__ = ["fold", "sort_key", "words"]

_LETTERS: Final = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# ngang, huyền, hỏi, ngã, sắc, nặng: the order of the tones in Vietnamese dictionaries.
_TONES: Final = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
# Marks that make another letter of the alphabet: breve ă, circumflex â ê ô, horn ơ ư.
_LETTER_MARKS: Final = frozenset("\u0306\u0302\u031b")
# Letters stand in one block above ASCII, so that digits and punctuation come first and a plain comparison of
# code points (BINARY in SQLite, "C" in PostgreSQL) is the order.
_WEIGHTS: Final = {letter: chr(0x100 + place) for place, letter in enumerate(_LETTERS)}
# Old keyboards and fonts wrote the look-alikes Ð (Icelandic) and Ɖ (African) for Đ; lists are full of them.
_STROKED_D: Final = dict.fromkeys(map(ord, "ðɖ"), "đ")
_LEVEL: Final = "\x01"


class _Bare(dict[int, str | None]):
    """What each sign of a decomposed small text becomes: its marks go, đ is d. Looked up once per sign."""

    def __missing__(self, code: int) -> str | None:
        self[code] = None if unicodedata.combining(chr(code)) else "d" if chr(code) in "đðɖ" else chr(code)
        return self[code]


class _Spaced(dict[int, str]):
    """Neither letter nor digit: a space."""

    def __missing__(self, code: int) -> str:
        self[code] = chr(code) if chr(code).isalnum() else " "
        return self[code]


_BARE: Final = _Bare()
_SPACED: Final = _Spaced()


def fold(text: str) -> str:
    """`text` without marks, case, doubled and outer spaces: "  Nguyễn  Đức" → "nguyen duc".

    Folding twice changes nothing.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    return " ".join(decomposed.translate(_BARE).split())


@lru_cache(maxsize=16384)  # a name is asked for as a key, for its search text and for its lead's
def words(text: str) -> tuple[str, ...]:
    """The folded words of `text`, in their order; everything that is neither letter nor digit separates words."""
    return tuple(fold(text).translate(_SPACED).split())


def sort_key(text: str) -> str:
    """A string whose order by code points is the Vietnamese alphabetical order of `text`.

    Letters decide first (a ă â b c d đ e ê …, a space before any letter), then tones (ngang, huyền, hỏi, ngã, sắc,
    nặng), then small before capital. The key is for comparing and storing, never for showing.
    """
    letters, tones, cases = [], [], []
    for letter, tone, case in _elements(" ".join(text.split())):
        letters.append(_WEIGHTS.get(letter, letter))
        tones.append(tone)
        cases.append(case)
    return _LEVEL.join(("".join(letters), "".join(tones), "".join(cases)))


def _elements(text: str) -> list[tuple[str, str, str]]:
    """(letter of the alphabet, tone digit, "0" small or "1" capital) for each letter; foreign marks are left out."""
    found: list[tuple[str, str, str]] = []
    for sign in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(sign):
            case = "1" if sign != sign.casefold() else "0"
            found.extend((small, "0", case) for small in sign.casefold().translate(_STROKED_D))
        elif found:
            found[-1] = _marked(found[-1], sign)
    return found


def _marked(element: tuple[str, str, str], mark: str) -> tuple[str, str, str]:
    letter, tone, case = element
    if mark in _TONES:
        return letter, _TONES[mark], case
    joined = unicodedata.normalize("NFC", letter + mark)
    return (joined, tone, case) if mark in _LETTER_MARKS and joined in _WEIGHTS else element
