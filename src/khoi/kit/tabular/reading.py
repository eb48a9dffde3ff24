"""The one way in: a file of any kind becomes a table, or is refused by name."""

import io
from pathlib import Path
from typing import BinaryIO

from khoi.kit.tabular.csv_reading import read_csv
from khoi.kit.tabular.refusals import EmptyFile, NotATable
from khoi.kit.tabular.sheet_reading import is_sheet, read_sheet
from khoi.kit.tabular.tables import Limits, Table

NOT_TABLES = (
    (b"%PDF", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "binary"),
    (b"GIF8", "binary"),
    (b"\xff\xd8\xff", "binary"),
    (b"\x7fELF", "binary"),
    (b"SQLite format 3\0", "binary"),
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
)


def read_table(
    source: Path | str | bytes,
    filename: str = "",
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    limits: Limits | None = None,
) -> Table:
    """Open a table. ``source`` is a path of our own or the bytes themselves.

    ``filename`` is what the user called it: kept as a label, never used to find or to judge the file, whose
    kind is told by its content. ``sheet`` names a sheet of a spreadsheet, ``encoding`` overrules the detection
    for a text file. Raises a ``TableRefused`` (see ``refusals``), some kinds also while the rows are read.
    """
    # Not a with block: the table keeps the file open until its rows are read.
    stream: BinaryIO = io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb")  # noqa: SIM115
    try:
        return _open(stream, filename, sheet, encoding, limits or Limits())
    except BaseException:
        stream.close()
        raise


def _open(stream: BinaryIO, filename: str, sheet: str | None, encoding: str | None, limits: Limits) -> Table:
    head = stream.read(16)
    if not head:
        raise EmptyFile
    for magic, reason in NOT_TABLES:
        if head.startswith(magic):
            raise NotATable(reason)
    if is_sheet(head):
        table = read_sheet(stream, filename, sheet=sheet, limits=limits)
        stream.close()
        return table
    return read_csv(stream, filename, encoding=encoding, limits=limits)
