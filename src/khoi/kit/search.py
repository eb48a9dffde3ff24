"""Finding rows by the beginnings of words, whatever the accents, over columns of folded words.

Such a column holds words as ``kit.fold.words`` makes them, each behind a space; phone numbers as digits.
"""

from collections.abc import Iterable
from functools import reduce
from operator import and_, or_
from typing import Final

from django.db.models import Q

from khoi.kit.fold import words

#: Shorter stretches of digits are looked for at the beginning of a word only.
FRAGMENT: Final = 3
#: Nobody types more to find something, and SQLite refuses to compare with a text of fifty thousand.
LONGEST: Final = 200


def every_word(text: str, *columns: str) -> Q:
    """Rows in which each word of ``text`` begins a word of one of the ``columns``; digits also match inside.

    A text without a word finds nothing.
    """
    wanted = terms(text)
    if not wanted:
        return Q(pk__in=[])
    return reduce(and_, (reduce(or_, (Q(**{f"{column}__contains": term}) for column in columns)) for term in wanted))


def terms(text: str) -> tuple[str, ...]:
    """What the columns have to contain: " word" for a word, digits typed in groups as one number."""
    return tuple(_term(word) for word in _joined(words(text[:LONGEST])))


def _joined(parts: Iterable[str]) -> list[str]:
    """ "0912 345" is one number."""
    found: list[str] = []
    for part in parts:
        if part.isdecimal() and found and found[-1].isdecimal():
            found[-1] += part
        else:
            found.append(part)
    return found


def _term(word: str) -> str:
    if word.isdecimal() and len(word) > FRAGMENT:
        return word.removeprefix("00")
    return word if word.isdecimal() and len(word) == FRAGMENT else f" {word}"
