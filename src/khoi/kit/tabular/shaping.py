"""From raw records to headings and rows: the same steps for text files and sheets."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from khoi.kit.tabular.dialects import find_headings
from khoi.kit.tabular.refusals import DuplicateHeading, EmptyFile, TooManyColumns, TooManyRows
from khoi.kit.tabular.tables import TOO_FEW_CELLS, TOO_MANY_CELLS, Limits, Note, Row

LOOKAHEAD = 20


@dataclass(frozen=True, slots=True)
class Raw:
    """A record as it was read: where it begins, its cells, what is wrong with it so far."""

    number: int
    cells: Sequence[str]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shaped:
    """Headings found, and the rows below them."""

    headings: tuple[str, ...]
    rows: Iterator[Row]
    notes: tuple[Note, ...]


def shape(records: Iterator[Raw], limits: Limits) -> Shaped:
    """Find the headings and make every row as wide as they are. Blank records are left out.

    Raises ``EmptyFile``, ``DuplicateHeading`` or ``TooManyColumns`` at once, ``TooManyRows`` while reading.
    """
    filled = (raw for raw in records if any(cell and not cell.isspace() for cell in raw.cells))
    first = list(islice(filled, LOOKAHEAD))
    if not first:
        raise EmptyFile
    place = find_headings([raw.cells for raw in first])
    headings, notes = _headings(first[place].cells, limits)
    titles = tuple(Note("title_skipped", _one_line(" ".join(raw.cells))) for raw in first[:place])
    return Shaped(headings, _rows(chain(first[place + 1 :], filled), len(headings), limits), titles + notes)


def tidy(cell: str) -> str:
    """The cell in NFC. Letters with separate tone marks (Windows-1258, files from a Mac) become one character."""
    return cell if cell.isascii() else unicodedata.normalize("NFC", cell)


def _headings(cells: Sequence[str], limits: Limits) -> tuple[tuple[str, ...], tuple[Note, ...]]:
    names = [_one_line(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > limits.columns:
        raise TooManyColumns(len(names), limits.columns)
    unnamed = [place for place, name in enumerate(names) if not name]
    for place in unnamed:
        names[place] = f"#{place + 1}"
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DuplicateHeading(twice)
    return tuple(names), tuple(Note("unnamed_column", names[place]) for place in unnamed)


def _one_line(text: str) -> str:
    return " ".join(tidy(text).replace("\ufeff", "").split())


def _rows(records: Iterator[Raw], width: int, limits: Limits) -> Iterator[Row]:
    for count, raw in enumerate(records, start=1):
        if count > limits.rows:
            raise TooManyRows(limits.rows)
        yield _row(raw, width)


def _row(raw: Raw, width: int) -> Row:
    cells, problems = [tidy(cell) for cell in raw.cells], raw.problems
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if len(cells) < width:
        cells.extend([""] * (width - len(cells)))
        problems += (TOO_FEW_CELLS,)
    elif len(cells) > width:
        problems += (TOO_MANY_CELLS,)
    return Row(raw.number, tuple(cells), problems)
