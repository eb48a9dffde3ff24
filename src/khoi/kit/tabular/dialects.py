"""How a text file separates its cells: comma, semicolon, tab or pipe, or what its ``sep=`` line says."""

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from khoi.kit.tabular.tables import Dialect

DELIMITERS = (",", ";", "\t", "|")
RECORDS = 200
TITLE_ROWS = 10
SEP_LINE = re.compile(r'\A\ufeff?"?sep=(.)"?[ \t]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)


def announced_delimiter(sample: str) -> str | None:
    """The delimiter of a first line ``sep=;``, which Excel reads and some programs write."""
    said = SEP_LINE.match(sample)
    return said[1] if said else None


def detect_dialect(sample: str, *, whole: bool) -> Dialect:
    """The dialect of a text, from its beginning. ``whole`` says that ``sample`` is all there is."""
    said = announced_delimiter(sample)
    # Most programs double a quote inside quotes; exports of MySQL and PHP put a backslash before it.
    escapes = ("", "\\") if '\\"' in sample else ("",)
    dialects = [Dialect(delimiter, escape) for escape in escapes for delimiter in (said or DELIMITERS)]
    scored = [(_fit(_records(sample, dialect, whole)), -place) for place, dialect in enumerate(dialects)]
    fit, place = max(scored)
    return dialects[-place] if fit or said else Dialect(_absent_delimiter(sample))


def find_headings(records: Sequence[Sequence[str]]) -> int:
    """Which of the first records (none of them blank) holds the headings.

    The first, unless it holds a single cell, like the title of a list, and a row of three or more follows
    within ten rows, with mostly full rows below.
    """
    filled = [sum(1 for cell in record if cell.strip()) for record in records]
    if not filled or filled[0] > 1:
        return 0
    for place, count in enumerate(filled[:TITLE_ROWS]):
        below = filled[place + 1 :]
        if count >= 3 and sum(1 for n in below if n > 1) * 5 >= len(below) * 3:
            return place
        if count > 2:
            break
    return 0


def reader(lines: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    """The standard library's reader, set for the dialect; lenient, so that no odd quote stops it."""
    return csv.reader(lines, delimiter=dialect.delimiter, escapechar=dialect.escape or None, strict=False)


def _absent_delimiter(sample: str) -> str:
    """For a single column: one that does not tear its cells apart."""
    return next((delimiter for delimiter in DELIMITERS if delimiter not in sample), ",")


def _records(sample: str, dialect: Dialect, whole: bool) -> list[list[str]]:
    """The first records; the last one goes when the sample may have cut it."""
    found: list[list[str]] = []
    with suppress(csv.Error):  # a cell beyond all reason: what came before it tells enough
        found.extend(islice(reader(io.StringIO(sample, newline=""), dialect), RECORDS + 1))
    kept = found if whole and len(found) <= RECORDS else found[:-1] or found
    return [record for record in kept if any(cell.strip() for cell in record)]


def _fit(records: list[list[str]]) -> float:
    """How well the rows agree with their headings: the share of rows as wide, weighted by the width.

    Headings on the first row count double: below it any separator finds something.
    """
    start = find_headings(records)
    if not records or len(records[start]) < 2:
        return 0
    width = len(records[start])
    below = records[start + 1 :]
    share = sum(1 for record in below if len(record) == width) / len(below) if below else 1
    # Even where every row is ragged, a delimiter in the headings says more than none.
    fit = max(share, 0.05) ** 2 * math.log2(min(width, 16))
    return fit / 2 if start else fit
