"""Columns that fill fields of a workspace's own: how their cells are read, and which type would take them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from khoi.capture.rules.mapping.cells import Unreadable
from khoi.capture.rules.mapping.fields import ACCOUNT, LEAD, OPPORTUNITY, PERSON, PRODUCT, STAGE_MOVE, USER
from khoi.custom.rules import (
    CHOOSING,
    NO,
    PREFIX,
    YES,
    Kind,
    NotAValue,
    is_link,
    parts_of,
    read_text,
)
from khoi.custom.rules import Value as OwnValue
from khoi.kit.fold import fold

#: With more different values than this a column offers no choices: nobody picks from such a list.
MOST: Final = 50
LONGEST_CHOICE: Final = 80
#: What tells an amount of money from any other one, in a folded text.
_MONEY: Final = re.compile(r"[₫$€£¥]|\b(?:d|vnd|dong|usd|eur)\b|(?:trieu|tr|ty|nghin|ngan|million|billion)(?![a-z])")
#: code of a value that is none → as imports say it
_CODES: Final = {"too_long": "longer_than_field", "unknown_choice": "unknown_own_choice"}


#: What rows become → the kinds of record whose own fields they fill, the nearest first. A lead has no company record
#: before it has a deal, so a file of leads fills none.
FILLED: Final[dict[str, tuple[str, ...]]] = {
    LEAD: (LEAD, "person"),
    OPPORTUNITY: (OPPORTUNITY, "person", "account"),
    ACCOUNT: (ACCOUNT,),
    PERSON: (PERSON, ACCOUNT),
    STAGE_MOVE: (),
    USER: (),
    PRODUCT: (),
}


@dataclass(frozen=True, slots=True)
class OwnTarget:
    """A field of one's own: on which kind of record it stands, and its key."""

    object: str
    key: str


def own_target(name: str, rows: str) -> OwnTarget | None:
    """What ``custom.<key>`` (of what the rows become), ``person.custom.<key>`` and ``account.custom.<key>`` mean; None
    when the name is of another kind."""
    before, prefix, key = name.rpartition(PREFIX)
    object_ = {"": rows, "person.": "person", "account.": "account"}.get(before)
    return OwnTarget(object_, key) if prefix and object_ else None


def own_name(object_: str, key: str, rows: str) -> str:
    """The name that means this field in a file of such rows."""
    return f"{PREFIX}{key}" if object_ == rows else f"{object_}.{PREFIX}{key}"


def read_own(kind: Kind, text: str, *, language: str, order: str, pattern: str = "") -> OwnValue:
    """The value of the cell. Raises ``Unreadable``."""
    try:
        if kind.type == "date" and pattern:
            text = datetime.strptime(text, pattern).date().isoformat()  # noqa: DTZ007 - the day alone is kept
        return read_text(kind, text, language, order)
    except NotAValue as wrong:
        raise Unreadable(_CODES.get(wrong.code, wrong.code)) from wrong
    except (ValueError, OverflowError) as wrong:
        raise Unreadable("not_a_date") from wrong


def guess_type(texts: Sequence[str], *, language: str, currency: str, order: str) -> str:
    """The narrowest type that takes all of the cells; text when they say nothing."""
    filled = [text.strip() for text in texts if text.strip()]
    if not filled:
        return "text"
    if all(fold(text) in YES | NO for text in filled) and not all(text in {"0", "1"} for text in filled):
        return "yes_no"
    if all(is_link(text) or text.lower().startswith("www.") for text in filled):
        return "link"
    reads = [type_ for type_ in ("number", "date", "money") if _all(filled, type_, language, currency, order)]
    if reads == ["money"] and not all(_MONEY.search(fold(text)) for text in filled):
        reads = []  # "80 m2" could be an amount like "1tr5"
    if reads and not any(_is_code(text) for text in filled):
        return reads[0]
    return _choosing(filled) or "text"


def choices_in(texts: Sequence[str], type_: str) -> tuple[str, ...]:
    """The different words of the cells as choices, in the order they come, each once however it is written."""
    if type_ not in CHOOSING:
        return ()
    parts = [part for text in texts for part in (parts_of(text) if type_ == "multi_choice" else [text.strip()])]
    found: dict[str, str] = {}
    for part in parts:
        if part:
            found.setdefault(fold(part), part)
    return tuple(found.values())


def _all(texts: Sequence[str], type_: str, language: str, currency: str, order: str) -> bool:
    try:
        for text in texts:
            read_text(Kind(type_, currency=currency), text, language, order)
    except NotAValue:
        return False
    return True


def _is_code(text: str) -> bool:
    """A phone number or an article number: digits whose first zero means something."""
    return text.startswith(("0", "+")) and text.isascii() and text.lstrip("+").isdigit() and len(text) > 1


def _choosing(texts: Sequence[str]) -> str:
    """Words that come again are choices; separated by semicolons, several at once."""
    for type_, apart in (("choice", False), ("multi_choice", True)):
        words = [word for text in texts for word in (parts_of(text) if apart else [text])]
        counts = Counter(fold(word) for word in words)
        few = len(counts) <= MOST and all(len(word) <= LONGEST_CHOICE for word in words)
        if few and len(words) >= 2 * len(counts) and apart == any(";" in text for text in texts):
            return type_
    return ""
