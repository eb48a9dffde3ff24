"""Spreadsheets (XLSX, XLSB, XLS, ODS), read by a separate process under limits.

A sheet of five kilobytes can name two far corners and make its reader ask for half a terabyte, which ends the
asking process with no chance to catch it. So the reading happens in a child that may die: it gets the file on
its standard input, never a name, and hands back one JSON line per row. A large XLSX is read in this process instead,
row by row.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, NoReturn

from khoi.kit.tabular.refusals import NotATable, TooLarge
from khoi.kit.tabular.shaping import Raw, shape
from khoi.kit.tabular.tables import NUL_REMOVED, Limits, Note, Table
from khoi.kit.tabular.xlsx_streaming import Book

PROGRAM = Path(__file__).with_name("sheet_child.py")
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_archive(head: bytes) -> bool:
    """Whether the first bytes are those of a ZIP archive, which a newer spreadsheet is too."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def read_sheet(
    stream: BinaryIO, filename: str, *, sheet: str | None, heading_row: int | None = None, limits: Limits
) -> Table:
    """Open a spreadsheet as a table: ``sheet`` by name, else the first one shown with anything on it. Raises a
    ``TableRefused``."""
    child = _Child(stream, sheet, limits)
    table = _table(child, filename, heading_row, limits)
    stream.close()
    return table


def stream_sheet(
    stream: BinaryIO, filename: str, *, sheet: str | None, heading_row: int | None = None, limits: Limits
) -> Table:
    """The same for an XLSX of any size, row by row. The table keeps ``stream`` open."""
    return _table(Book(stream, sheet), filename, heading_row, limits)


def _table(book: "_Child | Book", filename: str, heading_row: int | None, limits: Limits) -> Table:
    try:
        shaped = shape(book.rows(), limits, heading_row=heading_row)
    except BaseException:
        book.close()
        raise
    return Table(
        filename,
        "sheet",
        shaped.headings,
        shaped.rows,
        sheet=book.sheet,
        sheets=book.sheets,
        heading_row=shaped.heading_row,
        notes=tuple(Note("other_sheets", name) for name in book.sheets if name != book.sheet) + shaped.notes,
        left_out=shaped.left_out,
        _close=book.close,
    )


class _Child:
    """The reading process. Its first line says what it opened or why not; then come the rows."""

    def __init__(self, stream: BinaryIO, sheet: str | None, limits: Limits) -> None:
        self.limits = limits
        with tempfile.TemporaryFile() as copy:
            source = _on_disk(stream, copy)
            order = [sys.executable, "-I", str(PROGRAM), str(limits.sheet_memory_bytes), str(limits.sheet_seconds)]
            # Our own interpreter and program; the name of the sheet travels as an argument, through no shell.
            self.process = subprocess.Popen(  # noqa: S603
                [*order, *([f"sheet:{sheet}"] if sheet is not None else [])],
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
            )
        said = self._line()
        if "refused" in said:
            self.close()
            raise NotATable(str(said["refused"]))
        self.sheet, self.sheets = str(said["sheet"]), tuple(str(name) for name in said["sheets"])

    def rows(self) -> Iterator[Raw]:
        """Every row of the sheet. Raises ``TooLarge`` when the child died of it."""
        output = self._output()
        for number, line in enumerate(output, start=1):
            if line == "end\n":
                self.close()
                return
            yield _raw(number, line)
        self._died()

    def close(self) -> None:
        """End the child, whether or not it is done."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._output().close()

    def _line(self) -> dict[str, str | list[str]]:
        line = self._output().readline()
        if not line:
            self._died()
        said: dict[str, str | list[str]] = json.loads(line)
        return said

    def _output(self) -> IO[str]:
        assert self.process.stdout is not None  # noqa: S101 - opened as a pipe above
        return self.process.stdout

    def _died(self) -> NoReturn:
        """It ended without a word: with 1 it stumbled over the file, anything else is a limit it ran into."""
        stumbled = self.process.wait() == 1
        self.close()
        raise NotATable("damaged") if stumbled else TooLarge(self.limits.sheet_memory_bytes)


def _raw(number: int, line: str) -> Raw:
    cells: list[str] = json.loads(line)
    if "\\u0000" in line and any("\0" in cell for cell in cells):
        return Raw(number, [cell.replace("\0", "") for cell in cells], (NUL_REMOVED,))
    return Raw(number, cells)


def _on_disk(stream: BinaryIO, copy: IO[bytes]) -> IO[bytes]:
    """A file the child can inherit: a nameless copy of the bytes."""
    stream.seek(0)
    while piece := stream.read(1 << 20):
        copy.write(piece)
    copy.seek(0)
    return copy
