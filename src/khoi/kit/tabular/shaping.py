"""From raw records to headings and rows: the same steps for text files and sheets."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from khoi.kit.tabular.footers import Footers
from khoi.kit.tabular.headings import LOOKED_AT, find_headings, lacks_headings
from khoi.kit.tabular.refusals import EmptyFile, NoHeadingRow, TooManyColumns, TooManyRows
from khoi.kit.tabular.tables import ABOVE_HEADINGS, TOLD, TOO_FEW_CELLS, TOO_MANY_CELLS, Limits, Note, Row

HALVES = re.compile("[\ud800-\udfff]")
#: As far down as somebody may say that the headings stand.
DEEPEST = 10_000


@dataclass(frozen=True, slots=True)
class Raw:
    """A record as it was read: where it begins, its cells, what is wrong with it so far."""

    number: int
    cells: Sequence[str]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shaped:
    """Headings found, and the rows below them; ``left_out`` fills while those are read."""

    headings: tuple[str, ...]
    rows: Iterator[Row]
    notes: tuple[Note, ...]
    heading_row: int
    left_out: list[Row] = field(default_factory=list)


def shape(records: Iterator[Raw], limits: Limits, *, heading_row: int | None = None) -> Shaped:
    """Find the headings and make every row as wide as they are. Blank records are left out.

    ``heading_row``: the line they are said to stand on, 0 for a table without. Raises ``EmptyFile``,
    ``NoHeadingRow`` or ``TooManyColumns`` at once, ``TooManyRows`` while reading.
    """
    filled = _filled(records)
    first = list(islice(filled, LOOKED_AT))
    if not first:
        raise EmptyFile
    place = _place(first, filled, heading_row)
    if place is None:
        headings, notes = _numbered(first, limits)
        above, below, line = [], first, 0
    else:
        headings, notes = _headings(first[place][0].cells, limits)
        above, below, line = first[:place], first[place + 1 :], first[place][0].number
    left_out = [Row(raw.number, tuple(map(tidy, raw.cells)), (ABOVE_HEADINGS,)) for raw, _ in above[:TOLD]]
    titles = tuple(Note("title_skipped", _one_line(" ".join(raw.cells))) for raw, _ in above[:10])
    rows = _rows(chain(below, filled), headings, limits, left_out)
    return Shaped(headings, rows, titles + notes, line, left_out)


def tidy(cell: str) -> str:
    """The cell in NFC. Letters with separate tone marks (Windows-1258, files from a Mac) become one character; halves
    of a sign (UTF-7 has them), which no database keeps, become U+FFFD."""
    return cell if cell.isascii() else unicodedata.normalize("NFC", HALVES.sub("\ufffd", cell))


def _filled(records: Iterator[Raw]) -> Iterator[tuple[Raw, bool]]:
    """The records with anything in them, each with whether blank ones stand before it."""
    gap = False
    for raw in records:
        if any(cell and not cell.isspace() for cell in raw.cells):
            yield raw, gap
            gap = False
        else:
            gap = True


def _place(first: list[tuple[Raw, bool]], further: Iterator[tuple[Raw, bool]], line: int | None) -> int | None:
    """Where in ``first``, which grows as far as somebody points, the headings stand; None for nowhere."""
    if line == 0:
        return None
    if line is None:
        cells = [raw.cells for raw, _ in first]
        place = find_headings(cells)
        return None if lacks_headings(cells[place:]) else place
    while first[-1][0].number < line and len(first) < DEEPEST and (one := next(further, None)) is not None:
        first.append(one)
    found = next((place for place, (raw, _) in enumerate(first) if raw.number == line), None)
    if found is None:
        raise NoHeadingRow(line)
    return found


def _numbered(first: list[tuple[Raw, bool]], limits: Limits) -> tuple[tuple[str, ...], tuple[Note, ...]]:
    """Names for the columns of a table that has none."""
    width = max(len(raw.cells) for raw, _ in first)
    if width > limits.columns:
        raise TooManyColumns(width, limits.columns)
    return tuple(f"#{place + 1}" for place in range(width)), (Note("no_headings"),)


def _headings(cells: Sequence[str], limits: Limits) -> tuple[tuple[str, ...], tuple[Note, ...]]:
    names = [_one_line(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > limits.columns:
        raise TooManyColumns(len(names), limits.columns)
    notes: list[Note] = []
    taken = set(names)
    seen: set[str] = set()
    for place, name in enumerate(names):
        if not name or name in seen:
            names[place] = free = _free(name, place, taken)
            taken.add(free)
            notes.append(Note("renamed_column" if name else "unnamed_column", free))
        seen.add(names[place])
    return tuple(names), tuple(notes)


def _free(name: str, place: int, taken: set[str]) -> str:
    """A name nobody has: that of its place, or the name it shares with a number behind."""
    tries = (f"{name} ({n})" if name else f"#{place + 1}" + "'" * (n - 2) for n in range(2, len(taken) + 3))
    return next(free for free in tries if free not in taken)


def _one_line(text: str) -> str:
    return " ".join(tidy(text).replace("\ufeff", "").split())


def _rows(
    records: Iterator[tuple[Raw, bool]], headings: tuple[str, ...], limits: Limits, left_out: list[Row]
) -> Iterator[Row]:
    width = len(headings)
    made = ((_row(raw, width), gap, len(raw.cells)) for raw, gap in records)
    for count, row in enumerate(Footers(headings, left_out, TOLD).records(made), start=1):
        if count > limits.rows:
            raise TooManyRows(limits.rows)
        yield row


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
