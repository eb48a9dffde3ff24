"""Which row holds the headings: not always the first, and sometimes none does."""

import re
from collections.abc import Sequence
from statistics import median

#: So many filled rows are looked at.
LOOKED_AT = 60
#: A heading is a name: nobody writes this much into one.
LONG = 120
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
NUMBER = re.compile(r"[-+(]?[$€£¥₫]?\s?\d[\d.,\s]*\)?\s?[%$€£¥₫đ]?")
DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}.*)?")
PHONE = re.compile(r"(\+|00?)\d[\d .()/-]{7,16}")
LINK = re.compile(r"https?://\S+", re.IGNORECASE)


def find_headings(records: Sequence[Sequence[str]]) -> int:
    """Which of the first records (none of them blank) holds the headings.

    The first that fills most of the columns the rows below fill, each cell with something like a name: above it
    stand titles, dates and names of whoever made the list. Where none does, the first.
    """
    filled = [sum(1 for cell in record if cell.strip()) for record in records[:LOOKED_AT]]
    if not filled:
        return 0
    usual = median(filled[len(filled) // 2 :])
    for place, count in enumerate(filled):
        if count * 5 >= usual * 3 and (place == 0 or _may_follow(records, filled, place, usual)):
            return place
    return 0


def _may_follow(records: Sequence[Sequence[str]], filled: list[int], place: int, usual: float) -> bool:
    """Whether the row holds headings although it is not the first: below ``place`` lines that hold much less."""
    if not _like_names(records[place]):
        return False
    if filled[place] >= 3:
        return all(count <= max(1, filled[place] / 2) for count in filled[:place])
    # In a table of two columns a row with one cell filled may be a row; a line without a separator is a title.
    return filled[place] == 2 and all(len(record) == 1 for record in records[:place])


def _like_names(record: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in record if cell.strip()]
    return len(set(cells)) == len(cells) and not any(len(cell) > LONG or kind_of(cell) for cell in cells)


def lacks_headings(records: Sequence[Sequence[str]]) -> bool:
    """Whether the first of the records is a row like those below it: it holds an email address, or a phone number, a
    link or two days above cells of the same kind."""
    first = [kind_of(cell) for cell in records[0]]
    if "address" in first:
        return True
    below = [[kind_of(cell) for cell in record] for record in records[1:11]]
    alike = [
        kind
        for place, kind in enumerate(first)
        if kind in ("day", "phone", "link") and below and all(row[place : place + 1] == [kind] for row in below)
    ]
    return bool({"phone", "link"} & set(alike)) or len(alike) >= 2


def kind_of(cell: str) -> str:
    """What a cell holds that hardly is a heading: ``address``, ``link``, ``day``, ``phone``, ``number``, else ""."""
    text = cell.strip()
    if ADDRESS.fullmatch(text):
        return "address"
    if LINK.fullmatch(text):
        return "link"
    if DAY.fullmatch(text):
        return "day"
    if PHONE.fullmatch(text):
        return "phone"
    return "number" if NUMBER.fullmatch(text) else ""
