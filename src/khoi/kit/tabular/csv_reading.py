"""Text files: lines to records, one at a time, so that memory stays flat whatever the size."""

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from khoi.kit.tabular.dialects import announced_delimiter, detect_dialect, reader
from khoi.kit.tabular.encodings import Encoding, detect_encoding, given_encoding, refuse_binary
from khoi.kit.tabular.guarding import unguard
from khoi.kit.tabular.refusals import EmptyFile, NotATable, RowTooLong
from khoi.kit.tabular.shaping import Raw, shape
from khoi.kit.tabular.tables import (
    NUL_REMOVED,
    UNCLOSED_QUOTE,
    UNDECODABLE,
    WHOLE_ROW_QUOTED,
    Dialect,
    Limits,
    Note,
    Table,
)

SAMPLE_CHARS = 1 << 18
MARKUP = re.compile(r"\s*<(!doctype|html|head|body|table|meta|\?xml)", re.IGNORECASE)


def read_csv(stream: BinaryIO, filename: str, *, encoding: str | None, limits: Limits) -> Table:
    """Open a text file as a table. Raises a ``TableRefused``; ``RowTooLong`` also while its rows are read."""
    found = given_encoding(stream, encoding) if encoding else detect_encoding(stream)
    stream.seek(0)
    text = io.TextIOWrapper(stream, found.name, errors="replace", newline="")
    sample = text.read(SAMPLE_CHARS)
    _refuse_other_text(sample, found)
    dialect = detect_dialect(sample, whole=len(sample) < SAMPLE_CHARS)
    text.seek(0)
    feed = Feed(text, limits.line_chars)
    if announced_delimiter(sample):
        next(feed)
    shaped = shape(_records(feed, dialect, found), limits)
    notes = _notes(found) + shaped.notes
    return Table(filename, "csv", shaped.headings, shaped.rows, found.name, dialect, notes=notes, _close=text.close)


class Feed:
    """Lines of a text for the csv module, counted, and none longer than ``limit`` characters."""

    def __init__(self, text: TextIO, limit: int) -> None:
        self.text = text
        self.limit = limit
        self.number = 0
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.text.readline(self.limit)
        if not line:
            self.ended = True
            raise StopIteration
        self.number += 1
        if len(line) == self.limit:
            raise RowTooLong(self.number)
        return line


def _records(feed: Feed, dialect: Dialect, encoding: Encoding) -> Iterator[Raw]:
    lines = reader(feed, dialect)
    width = 0
    while True:
        begins = feed.number + 1
        try:
            cells = next(lines)
        except StopIteration:
            feed.text.close()
            return
        except csv.Error as error:
            raise RowTooLong(begins) from error
        cells, problems = _mend(cells, width, dialect)
        width = width or len(cells)
        # The reader asks for another line only inside quotes, so a record that met the end was left open.
        if feed.ended:
            problems += (UNCLOSED_QUOTE,)
        if encoding.lossy and any("\ufffd" in cell for cell in cells):
            problems += (UNDECODABLE,)
        yield Raw(begins, cells, problems)


def _mend(cells: list[str], width: int, dialect: Dialect) -> tuple[list[str], tuple[str, ...]]:
    """Take off our own apostrophes, drop NULs (no database keeps them), open a row quoted as one cell."""
    problems: tuple[str, ...] = ()
    if len(cells) == 1 < width and cells[0].count(dialect.delimiter) >= width - 1:
        opened = list(reader(io.StringIO(cells[0], newline=""), dialect))
        if len(opened) == 1 and len(opened[0]) == width:
            cells, problems = opened[0], (WHOLE_ROW_QUOTED,)
    if any("\0" in cell for cell in cells):
        cells, problems = [cell.replace("\0", "") for cell in cells], (*problems, NUL_REMOVED)
    return [unguard(cell) if cell[:1] == "'" else cell for cell in cells], problems


def _refuse_other_text(sample: str, encoding: Encoding) -> None:
    if not sample.strip('\ufeff\0 \t\r\n,;|"'):
        raise EmptyFile
    if not encoding.marked:
        refuse_binary(sample)
    markup = MARKUP.match(sample.lstrip("\ufeff"))
    if markup:
        raise NotATable("xml" if markup[1] == "?xml" else "html")


def _notes(encoding: Encoding) -> tuple[Note, ...]:
    guessed = (Note("encoding_guessed", encoding.name),) if encoding.guessed else ()
    return (*guessed, Note("bad_bytes", encoding.name)) if encoding.lossy else guessed
