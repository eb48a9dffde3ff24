"""Writing tables: CSV that is safe to open, CSV for other programs, and XLSX."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from khoi.kit.tabular.guarding import guard, unguard

if TYPE_CHECKING:
    import xlsxwriter

Cells = Sequence[str]
SHEET_ROWS = 1_048_576
SHEET_CELL_CHARS = 32_767


class DoesNotFit(ValueError):
    """More rows, or a longer text, than a sheet can hold. ``code``: ``too_many_rows`` or ``cell_too_long``."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def csv_safe(headings: Cells, rows: Iterable[Cells]) -> Iterator[bytes]:
    """The lines of a spreadsheet-safe CSV, for a streamed answer: UTF-8 with a mark, no cell starts a formula.

    What ``read_table`` makes of it is what was given, up to Unicode NFC and NUL characters.
    """
    return _lines(headings, rows, guard)


def csv_roundtrip(headings: Cells, rows: Iterable[Cells]) -> Iterator[bytes]:
    """The lines of a CSV for other programs: nothing is prefixed, so it is not safe to open in a spreadsheet.

    Except a text that looks as if we had prefixed it, which gets one more apostrophe: else our own importer
    would take its first one off.
    """
    return _lines(headings, rows, lambda text: f"'{text}" if unguard(text) != text else text)


def write_csv_safe(out: BinaryIO, headings: Cells, rows: Iterable[Cells]) -> None:
    """Write ``csv_safe`` into an open binary file."""
    out.writelines(csv_safe(headings, rows))


def write_csv_roundtrip(out: BinaryIO, headings: Cells, rows: Iterable[Cells]) -> None:
    """Write ``csv_roundtrip`` into an open binary file."""
    out.writelines(csv_roundtrip(headings, rows))


def write_xlsx(out: BinaryIO, headings: Cells, rows: Iterable[Sequence[str | int]], *, sheet: str = "Khơi") -> None:
    """Write one sheet into an open binary file, row by row. Texts are typed as text, whole numbers as numbers.

    Raises ``DoesNotFit`` past what a sheet can hold.
    """
    import xlsxwriter  # every command loads this module, and hardly one writes a sheet

    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    try:
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        for column, heading in enumerate(headings):
            _put(page, 0, column, heading, book.add_format({"bold": True}))
        for line, cells in enumerate(rows, start=1):
            for column, cell in enumerate(cells):
                _put(page, line, column, cell, None)
    finally:
        book.close()


def _put(page: "xlsxwriter.worksheet.Worksheet", line: int, column: int, cell: str | int, look: object) -> None:
    if line >= SHEET_ROWS:
        raise DoesNotFit("too_many_rows")
    if isinstance(cell, int):
        page.write_number(line, column, cell, look)
    elif len(cell) > SHEET_CELL_CHARS:
        raise DoesNotFit("cell_too_long")
    else:
        page.write_string(line, column, cell, look)


def _lines(headings: Cells, rows: Iterable[Cells], make: Callable[[str], str]) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    yield b"\xef\xbb\xbf"
    for cells in chain([headings], rows):
        writer.writerow([make(cell) for cell in cells])
        yield buffer.getvalue().encode("utf-8", errors="replace")
        buffer.seek(0)
        buffer.truncate()
