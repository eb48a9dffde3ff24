"""Text as people search for it and as Vietnamese dictionaries order it.

Databases fold differently (SQLite leaves Đ alone, PostgreSQL does not), so both sides of every comparison are
folded here.
"""

from __future__ import annotations

import unicodedata
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
_D: Final = dict.fromkeys(map(ord, "đðɖ"), "d")
_LEVEL: Final = "\x01"


def fold(text: str) -> str:
    """`text` without marks, case, doubled and outer spaces: "  Nguyễn  Đức" → "nguyen duc".

    Folding twice changes nothing.
    """
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(bare.translate(_D).split())


def words(text: str) -> tuple[str, ...]:
    """The folded words of `text`, in their order; everything that is neither letter nor digit separates words."""
    return tuple("".join(sign if sign.isalnum() else " " for sign in fold(text)).split())


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
