"""Text files: lines to records, one at a time, so that memory stays flat whatever the size."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from khoi.kit.tabular.dialects import (
    DELIMITERS,
    announced_delimiter,
    detect_dialect,
    first_records,
    given_delimiter,
    reader,
    split_loosely,
    usual_width,
)
from khoi.kit.tabular.encodings import Encoding, detect_encoding, given_encoding, refuse_binary
from khoi.kit.tabular.guarding import unguard
from khoi.kit.tabular.refusals import EmptyFile, NotATable, RowTooLong
from khoi.kit.tabular.shaping import Raw, shape
from khoi.kit.tabular.tables import (
    NUL_REMOVED,
    OTHER_DELIMITER,
    ROW_IN_ONE_CELL,
    STRAY_QUOTE,
    UNCLOSED_QUOTE,
    UNDECODABLE,
    WHOLE_ROW_QUOTED,
    Dialect,
    Limits,
    Note,
    Table,
)

SAMPLE_CHARS = 1 << 18
OTHER = re.compile(r"\s*(?:BEGIN:(VCARD|VCALENDAR)\s|[\[{]\s*[{\"])", re.IGNORECASE)
MARKUP = re.compile(r"\s*<(!doctype|html|head|body|table|meta|\?xml)", re.IGNORECASE)


def read_csv(
    stream: BinaryIO,
    filename: str,
    *,
    encoding: str | None,
    delimiter: str | None = None,
    heading_row: int | None = None,
    limits: Limits,
) -> Table:
    """Open a text file as a table. Raises a ``TableRefused``; ``RowTooLong`` also while its rows are read."""
    sign = given_delimiter(delimiter) if delimiter else None
    found = given_encoding(stream, encoding) if encoding else detect_encoding(stream)
    stream.seek(0)
    text = io.TextIOWrapper(stream, found.name, errors="replace", newline="")
    sample = text.read(SAMPLE_CHARS)
    _refuse_other_text(sample, found)
    whole = len(sample) < SAMPLE_CHARS
    dialect = detect_dialect(sample, whole=whole, delimiter=sign)
    text.seek(0)
    feed = Feed(text, limits.line_chars)
    if announced_delimiter(sample):
        next(feed)
    width = usual_width(first_records(sample, dialect, whole=whole))
    shaped = shape(_Records(feed, dialect, found, width).all(), limits, heading_row=heading_row)
    return Table(
        filename,
        "csv",
        shaped.headings,
        shaped.rows,
        found.name,
        dialect,
        heading_row=shaped.heading_row,
        notes=_notes(found, dialect) + shaped.notes,
        left_out=shaped.left_out,
        _close=text.close,
    )


class Feed:
    """Lines of a text for the csv module, counted, and none longer than ``limit`` characters.

    ``record`` holds the lines since it was last emptied; ``put_back`` gives the last of them out once more.
    """

    def __init__(self, text: TextIO, limit: int) -> None:
        self.text = text
        self.limit = limit
        self.number = 0
        self.ended = False
        self.record: list[str] = []
        self.waiting: deque[str] = deque()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.waiting.popleft() if self.waiting else self.text.readline(self.limit)
        if not line:
            self.ended = True
            raise StopIteration
        self.number += 1
        if len(line) == self.limit:
            raise RowTooLong(self.number)
        self.record.append(line)
        return line

    def put_back(self, count: int) -> None:
        self.waiting.extendleft(reversed(self.record[len(self.record) - count :]))
        self.number -= count
        self.ended = False


class _Records:
    """The records of a text, mended where it is certain what was meant. ``width``: how many cells most of them have."""

    def __init__(self, feed: Feed, dialect: Dialect, encoding: Encoding, width: int) -> None:
        self.feed = feed
        self.dialect = dialect
        self.encoding = encoding
        self.width = width
        sign, quote = re.escape(dialect.delimiter), re.escape(dialect.quote)
        #: A quote with letters on both sides: it neither opens nor closes a cell.
        self.loose = re.compile(rf"[^{sign}{quote}{' ' * dialect.spaced}\r\n]{quote}[^{sign}{quote}\r\n]")

    def all(self) -> Iterator[Raw]:
        lines = reader(self.feed, self.dialect)
        while True:
            self.feed.record.clear()
            begins = self.feed.number + 1
            problems: tuple[str, ...] = ()
            try:
                cells = next(lines)
            except StopIteration:
                self.feed.text.close()
                return
            except csv.Error as error:
                if (mended := self._without_quotes()) is None:
                    raise RowTooLong(begins) from error
                cells, problems = mended, (STRAY_QUOTE,)
                lines = reader(self.feed, self.dialect)
            else:
                cells, problems = self._mend(cells)
            if self.encoding.lossy and any("\ufffd" in cell for cell in cells):
                problems += (UNDECODABLE,)
            yield Raw(begins, cells, problems)

    def _mend(self, cells: list[str]) -> tuple[list[str], tuple[str, ...]]:
        """Take off our own apostrophes, drop NULs (no database keeps them), open a row quoted as one cell."""
        problems: tuple[str, ...] = ()
        # The reader asks for another line only inside quotes, so a record that met the end was left open.
        if self.feed.ended or (len(self.feed.record) > 1 and not self._is_sound(cells)):
            if (mended := self._without_quotes()) is not None:
                cells, problems = mended, (STRAY_QUOTE,)
            elif self.feed.ended:
                problems = (UNCLOSED_QUOTE,)
            else:
                cells, problems = self._with_loose_quotes(cells)
        elif self.width > 1 and not any(cells[1:]):
            cells, problems = self._split(cells)
        elif self.loose.search(self.feed.record[0]) and not self._is_sound(cells):
            cells, problems = self._with_loose_quotes(cells)
        if any("\0" in cell for cell in cells):
            cells, problems = [cell.replace("\0", "") for cell in cells], (*problems, NUL_REMOVED)
        return [unguard(cell) if cell[:1] == "'" else cell for cell in cells], problems

    def _is_sound(self, cells: list[str]) -> bool:
        """Whether a record of several lines is one: as wide as the others, with nothing behind a closing quote."""
        if len(cells) != self.width:
            return False
        try:
            return self.dialect.wrapped or bool(next(reader(iter(self.feed.record), self.dialect, strict=True)))
        except csv.Error:
            return False

    def _with_loose_quotes(self, cells: list[str]) -> tuple[list[str], tuple[str, ...]]:
        """The record again, with every quote a letter that closes no cell: the reader would have dropped it."""
        lines = "".join(self.feed.record).rstrip("\r\n")
        if not self.loose.search(lines) or lines.count(self.dialect.delimiter) > 4 * self.width:
            return cells, ()
        found = split_loosely(lines, self.dialect)
        return found, (STRAY_QUOTE,) if len(found) == self.width else (STRAY_QUOTE, UNCLOSED_QUOTE)

    def _without_quotes(self) -> list[str] | None:
        """The first line of the record, cut without regard to quotes, where that makes a row of the usual width and
        the next line is a whole row too: then the quote that runs on is a letter like others."""
        first, *rest = self.feed.record
        following = next((line for line in rest if line.strip()), None)
        if self.dialect.wrapped or self.width < 2 or following is None:
            return None
        plain = next(csv.reader([first], delimiter=self.dialect.delimiter, quoting=csv.QUOTE_NONE))
        try:
            after = next(reader(iter([following]), self.dialect))
        except csv.Error:
            return None
        if len(plain) != self.width or len(after) != self.width or following.count(self.dialect.quote) % 2:
            return None
        self.feed.put_back(len(rest))
        quote = self.dialect.quote
        return [cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == quote else cell for cell in plain]

    def _split(self, cells: list[str]) -> tuple[list[str], tuple[str, ...]]:
        """A row that came as one cell: quoted as a whole, or with another delimiter than the rest of the file."""
        if not cells:
            return cells, ()
        was_quoted = self.feed.record[0].lstrip().startswith(self.dialect.quote)
        inside = list(reader(io.StringIO(cells[0], newline=""), self.dialect)) if was_quoted else []
        if len(inside) == 1 and len(inside[0]) == self.width:
            return inside[0], (WHOLE_ROW_QUOTED,)
        if len(cells) == 1:
            for sign in DELIMITERS:
                other = Dialect(sign, self.dialect.escape, self.dialect.quote)
                found = list(reader(iter(self.feed.record), other)) if sign != self.dialect.delimiter else []
                if len(found) == 1 and len(found[0]) == self.width > 2:
                    return found[0], (OTHER_DELIMITER,)
        whole_row = cells[0].count(self.dialect.delimiter) >= self.width - 1 > 1
        return cells, (ROW_IN_ONE_CELL,) if whole_row else ()


def _refuse_other_text(sample: str, encoding: Encoding) -> None:
    if not sample.strip('\ufeff\0 \t\r\n,;|"'):
        raise EmptyFile
    if not encoding.marked:
        refuse_binary(sample)
    if other := OTHER.match(sample.lstrip("\ufeff")):
        raise NotATable("json" if other[1] is None else "vcard")
    markup = MARKUP.match(sample.lstrip("\ufeff"))
    if markup:
        raise NotATable("xml" if markup[1] == "?xml" else "html")


def _notes(encoding: Encoding, dialect: Dialect) -> tuple[Note, ...]:
    notes = [Note("encoding_guessed", encoding.name)] if encoding.guessed else []
    if encoding.lossy:
        notes.append(Note("bad_bytes", encoding.name))
    return (*notes, Note("wrapped")) if dialect.wrapped else tuple(notes)
