"""What a column of a file holds, by its heading and its values, and how its values are written to be compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, Literal

from khoi.kit.fold import fold, words
from khoi.kit.names import name_key
from khoi.kit.phones import normalise_phone

__all__ = ["Kind", "is_name", "kind_of", "numbers_rows", "tells_apart", "tidy"]

#: ``name`` is a whole name whose words may stand in either order; ``number`` whatever is mostly digits: a house, a
#: postcode, a number of somebody.
Kind = Literal["text", "name", "number", "date", "email", "phone"]

_NOTHING: Final = frozenset("na n/a nan null none nil select unknown - -- ? . khong khong co khong ro".split())
_DAY_LAST: Final = re.compile(r"((?:18|19|20)\d\d)[-/. ]?(\d\d?)[-/. ]?(\d\d?)(?:[ t].*)?")
_DAY_FIRST: Final = re.compile(r"(\d\d?)[-/. ](\d\d?)[-/. ]((?:18|19|20)\d\d)(?:[ t].*)?")
_FULL_NAME: Final = re.compile(r"\b(full ?name|name|ho ten|ho va ten|ten day du|contact|nguoi lien he)\b")
_PART_OF_NAME: Final = re.compile(r"\b((given|first|last|family|middle|sur) ?name|ho|ten|ten dem|ho dem)\b")
_PHONE: Final = re.compile(r"\b(phone|mobile|tel|telephone|cell|dien thoai|di dong|sdt|dt)\b")
#: So much of a column has to look alike for it to be of that kind.
_MOST: Final = 0.6


def kind_of(heading: str, values: Sequence[str]) -> Kind:
    """``values`` as they stand in the file; blank ones are passed over."""
    filled = [fold(value) for value in values if not _is_nothing(value)]
    if not filled:
        return "text"
    called = " ".join(words(heading.replace("_", " ")))
    if _share(filled, lambda text: "@" in text) > _MOST:
        return "email"
    if _share(filled, lambda text: _date(text) is not None) > _MOST:
        return "date"
    if _PHONE.search(called) or _share(filled, _looks_dialled) > _MOST:
        return "phone"
    if _share(filled, lambda text: sum(map(str.isdigit, text)) * 2 > len(text)) > _MOST:
        return "number"
    if _FULL_NAME.search(called) and _share(filled, lambda text: " " in text) > _MOST:
        return "name"
    return "text"


def tidy(kind: Kind, value: str) -> str:
    """The value as it is compared: folded, in one order and one way of writing; "" when there is none."""
    if _is_nothing(value):
        return ""
    if kind == "email":
        return fold(value).replace(" ", "")
    if kind == "phone":
        return normalise_phone(value) or "".join(filter(str.isdigit, value))
    if kind == "date":
        return _date(fold(value)) or "".join(filter(str.isdigit, value))
    return name_key(value) if kind == "name" else " ".join(words(value))


def tells_apart(values: Sequence[str]) -> bool:
    """Whether a column says who a row may be the same as: not when it is empty or always the same, and not when it
    numbers the rows."""
    filled = Counter(value for value in values if value)
    numbered = len(filled) == len(values) and all(any(map(str.isdigit, value)) for value in filled)
    return len(filled) > 1 and not (numbered and len(values) > 2)


def is_name(heading: str) -> bool:
    """Whether a column holds a name or a part of it."""
    called = " ".join(words(heading.replace("_", " ")))
    return bool(_FULL_NAME.search(called) or _PART_OF_NAME.search(called))


def numbers_rows(kind: Kind, values: Sequence[str]) -> bool:
    """Whether a column gives everybody a number of their own, or nearly: of an identity card, of insurance."""
    filled = [value for value in values if value]
    long = sum(len(value) >= 6 for value in filled) >= _MOST * len(filled)
    return kind == "number" and bool(filled) and long and len(set(filled)) >= len(filled) // 4


def _is_nothing(value: str) -> bool:
    return not value.strip() or fold(value) in _NOTHING


def _share(values: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, values)) / len(values)


def _date(text: str) -> str | None:
    """Eight digits, the year first; None for what is no date."""
    if match := _DAY_LAST.fullmatch(text):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
    else:
        return None
    if int(month) > 12 and int(day) <= 12:
        day, month = month, day
    return f"{year}{int(month):02}{int(day):02}" if int(month) <= 12 and 1 <= int(day) <= 31 else None


def _looks_dialled(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    return 9 <= digits <= 15 and text[0] in "+0(" and not any(map(str.isalpha, text))
