"""Large XLSX sheets, row by row: however many rows there are, memory stays where it is.

The usual reader (``sheet_child``) is several times quicker and holds the whole sheet; this one reads the XML as it
unpacks. Both give the same texts. Shared strings lie in a nameless file, with an index of eight bytes for each.
"""

import datetime as dt
import posixpath
import re
import tempfile
import zipfile
import zlib
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import BinaryIO
from xml.parsers import expat

from khoi.kit.tabular.refusals import NotATable, TooLarge
from khoi.kit.tabular.shaping import Raw
from khoi.kit.tabular.sheet_child import number
from khoi.kit.tabular.tables import NUL_REMOVED

PIECE = 1 << 16
#: Longer than any cell a spreadsheet takes (32,767 characters), shorter than what could hurt.
CELL_CHARS = 1 << 20
COLUMNS = 16_384
#: So wide a row is made at most where the sheet says nothing of it.
PADDED = 1_024
#: Formats that come with Excel and are of days or times.
DAYS = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
ELAPSED = 46
NUMBER, DAY, SPAN = 0, 1, 2
#: The day after the last one a sheet knows.
LAST = 2_958_466
START = dt.datetime.combine(dt.date(1900, 1, 1), dt.time())
PLAIN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
BROKEN = (zipfile.BadZipFile, zlib.error, expat.ExpatError, KeyError, ValueError, EOFError, IndexError, OverflowError)

Attributes = dict[str, str]


class Book:
    """An open workbook. ``sheets``: those one sees, and the one asked for; ``sheet``: the one to be read."""

    def __init__(self, stream: BinaryIO, asked: str | None) -> None:
        """Raises ``NotATable``."""
        self.stream = stream
        try:
            self.archive = zipfile.ZipFile(stream)
            self._open(asked)
        except BROKEN as error:
            raise NotATable("unreadable") from error

    def _open(self, asked: str | None) -> None:
        self.by_1904 = False
        found: list[tuple[str, str, bool]] = []
        targets: dict[str, str] = {}

        def relation(name: str, said: Attributes) -> None:
            if name == "Relationship":
                targets[said["Id"]] = posixpath.normpath(posixpath.join("/xl", said["Target"])).lstrip("/")

        def book(name: str, said: Attributes) -> None:
            if name == "workbookPr":
                self.by_1904 = said.get("date1904", "0") in ("1", "true")
            elif name == "sheet":
                place = next(value for key, value in said.items() if key.endswith(":id") or key == "id")
                found.append((said["name"], place, said.get("state", "visible") == "visible"))

        self._walk("xl/_rels/workbook.xml.rels", relation)
        self._walk("xl/workbook.xml", book)
        seen = [one for one in found if one[2]] or found
        wanted = [one for one in found if one[0] == asked] if asked is not None else seen
        if not wanted:
            raise NotATable("no_sheet")
        self.sheets = tuple(name for name, _, shown in found if shown or name == asked)
        self.days = self._styles()
        self.strings = _Strings(self)
        for self.sheet, place, _ in wanted:
            self.place = targets[place]
            if any(raw.cells for raw in self._rows()):
                return

    def rows(self) -> Iterator[Raw]:
        """Every row there is, and one without cells where some are missing. Raises ``NotATable`` or ``TooLarge``."""
        try:
            yield from self._rows()
        except BROKEN as error:
            raise NotATable("damaged") from error

    def close(self) -> None:
        self.strings.close()
        self.archive.close()
        self.stream.close()

    def _rows(self) -> Iterator[Raw]:
        reader, before = _Sheet(self), 0
        for _ in self._pieces(self.place, reader.parser):
            while reader.done:
                line, cells = reader.done.popleft()
                if line > before + 1:
                    yield Raw(line - 1, [])
                yield _raw(line, cells)
                before = line

    def _walk(self, member: str, begin: Callable[[str, Attributes], None]) -> None:
        parser = parser_of()
        parser.StartElementHandler = lambda name, said: begin(name.rpartition(":")[2], said)
        for _ in self._pieces(member, parser):
            pass

    def _pieces(self, member: str, parser: expat.XMLParserType) -> Iterator[None]:
        """Parse a file of the archive, with a stop after each piece."""
        with self.archive.open(member) as packed:
            while piece := packed.read(PIECE):
                parser.Parse(piece, False)
                yield
            parser.Parse(b"", True)
            yield

    def _styles(self) -> list[int]:
        """Of each style whether it shows a number as one, as a day or a time, or as hours gone by."""
        codes: dict[int, int] = {}
        days: list[int] = []
        inside = ""

        def begin(name: str, said: Attributes) -> None:
            nonlocal inside
            if name == "numFmt":
                codes[int(said["numFmtId"])] = _shows(said["formatCode"])
            elif name in ("cellXfs", "cellStyleXfs", "dxfs"):
                inside = name
            elif name == "xf" and inside == "cellXfs":
                code = int(said.get("numFmtId", "0"))
                days.append(codes.get(code, DAY if code in DAYS else SPAN if code == ELAPSED else NUMBER))

        if "xl/styles.xml" in self.archive.namelist():
            self._walk("xl/styles.xml", begin)
        return days

    def shown(self, value: float, style: int) -> str:
        """A number as its style shows it: as a day, a time of the day or both, or as hours gone by."""
        as_what = self.days[style] if style < len(self.days) else NUMBER
        if as_what == NUMBER or not 0 <= value < LAST:
            return number(value)
        span = dt.timedelta(milliseconds=round(value * 86_400_000))
        if as_what == SPAN:
            return str(span)
        if value < 1 and not self.by_1904:
            return (START + span).time().isoformat()
        # Excel believes that there was a 29 February 1900; what is before it is a day off.
        first = dt.date(1904, 1, 1) if self.by_1904 else dt.date(1899, 12, 30 if value >= 60 else 31)
        moment = dt.datetime.combine(first, dt.time()) + span
        return moment.date().isoformat() if value.is_integer() else moment.isoformat()


class _Sheet:
    """Turns the XML of a sheet into ``done``: (row number, cells)."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.done: deque[tuple[int, list[str]]] = deque()
        self.number = 0
        self.cells: list[str] = []
        self.place, self.width = 0, 0
        self.kind, self.style = "", 0
        self.text: list[str] = []
        self.size = 0
        self.takes, self.aside = False, False
        self.parser = parser_of()
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end

    def _begin(self, name: str, said: Attributes) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            at = said.get("r")
            self.place = _column(at) if at else len(self.cells)
            self.kind, self.style = said.get("t", "n"), int(said.get("s", "0"))
            self.text.clear()
            self.size = 0
        elif name in ("v", "t") and not self.aside:
            self.parser.CharacterDataHandler = self._take
        elif name == "row":
            self.number = int(said.get("r", self.number + 1))
            self.cells = []
        elif name == "rPh":
            self.aside = True
        elif name == "dimension":
            self.width = min(_column(said["ref"].rpartition(":")[2]) + 1, PADDED)

    def _take(self, text: str) -> None:
        self.text.append(text)
        self.size += len(text)
        if self.size > CELL_CHARS:
            raise TooLarge(CELL_CHARS)

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name in ("v", "t"):
            self.parser.CharacterDataHandler = None
        elif name == "c":
            if self.text:
                self._put(self._value("".join(self.text)))
        elif name == "row":
            # A sheet has no short rows, only empty cells at their ends.
            self.width = max(self.width, min(len(self.cells), PADDED))
            self.cells.extend([""] * (self.width - len(self.cells) if self.cells else 0))
            self.done.append((self.number, self.cells))
        elif name == "rPh":
            self.aside = False

    def _put(self, value: str) -> None:
        if value:
            self.cells.extend([""] * (self.place + 1 - len(self.cells)))
            self.cells[self.place] = value

    def _value(self, text: str) -> str:
        if self.kind == "s":
            return self.book.strings[int(text)]
        if self.kind == "n":
            return self.book.shown(float(text), self.style)
        if self.kind == "b":
            return "true" if text.strip() not in ("0", "false") else "false"
        return "" if self.kind == "e" else uncoded(text)


class _Strings:
    """The texts cells share, on disk."""

    def __init__(self, book: Book) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the book
        self.places = array("Q", [0])
        self.parts: list[str] = []
        self.size = 0
        self.aside = False
        self.parser = parser_of()
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.get = lru_cache(maxsize=2_000)(self._get)
        if "xl/sharedStrings.xml" in book.archive.namelist():
            for _ in book._pieces("xl/sharedStrings.xml", self.parser):
                pass

    def __getitem__(self, place: int) -> str:
        return self.get(place)

    def _get(self, place: int) -> str:
        if not 0 <= place < len(self.places) - 1:
            raise IndexError(place)
        self.file.seek(self.places[place])
        return self.file.read(self.places[place + 1] - self.places[place]).decode("utf-8", errors="replace")

    def close(self) -> None:
        self.get.cache_clear()
        self.file.close()

    def _begin(self, name: str, said: Attributes) -> None:
        name = name.rpartition(":")[2]
        if name == "si":
            self.parts.clear()
            self.size = 0
        elif name == "rPh":
            self.aside = True
        elif name == "t" and not self.aside:
            self.parser.CharacterDataHandler = self._take

    def _take(self, text: str) -> None:
        self.parts.append(text)
        self.size += len(text)
        if self.size > CELL_CHARS:
            raise TooLarge(CELL_CHARS)

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "t":
            self.parser.CharacterDataHandler = None
        elif name == "rPh":
            self.aside = False
        elif name == "si":
            coded = uncoded("".join(self.parts)).encode("utf-8", errors="replace")
            self.file.write(coded)
            self.places.append(self.places[-1] + len(coded))


def parser_of() -> expat.XMLParserType:
    """A parser that takes no entities: no spreadsheet has any."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise NotATable("unreadable")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def uncoded(text: str) -> str:
    """Signs XML cannot hold are written as ``_x0001_``."""
    if "_x" not in text:
        return text
    # Two halves may make one sign; a half alone is none.
    plain = CODED.sub(lambda code: chr(int(code[1], 16)), text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _shows(code: str) -> int:
    plain = PLAIN.sub("", code).lower()
    return SPAN if re.search(r"\[[hms]", plain) else DAY if re.search("[dmyhs]", plain) else NUMBER


def _raw(line: int, cells: list[str]) -> Raw:
    if any("\0" in cell for cell in cells):
        return Raw(line, [cell.replace("\0", "") for cell in cells], (NUL_REMOVED,))
    return Raw(line, cells)


@lru_cache(maxsize=COLUMNS * 2)
def _letters(name: str) -> int:
    place = 0
    for letter in name:
        place = place * 26 + ord(letter) - 64
    if not 0 < place <= COLUMNS:
        raise ValueError(name)
    return place - 1


def _column(at: str) -> int:
    return _letters(at.rstrip("0123456789").upper())
