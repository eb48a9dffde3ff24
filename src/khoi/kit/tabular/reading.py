"""The one way in: a file of any kind becomes a table, or is refused by name."""

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, BinaryIO, cast

from khoi.kit.tabular.archives import look_into, take_out
from khoi.kit.tabular.csv_reading import read_csv
from khoi.kit.tabular.refusals import EmptyFile, NotATable
from khoi.kit.tabular.sheet_reading import COMPOUND, is_archive, read_sheet, stream_sheet
from khoi.kit.tabular.tables import Limits, Note, Table

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
    delimiter: str | None = None,
    heading_row: int | None = None,
    limits: Limits | None = None,
) -> Table:
    """Open a table. ``source`` is a path of our own or the bytes themselves.

    ``filename`` is what the user called it: kept as a label, never used to find or to judge the file, whose
    kind is told by its content. The others overrule what is found out: ``sheet`` names a sheet of a spreadsheet or
    a file of an archive, ``encoding`` and ``delimiter`` are for text files, ``heading_row`` is the line of the
    headings, 0 for a table without. Raises a ``TableRefused`` (see ``refusals``), some kinds also while the rows
    are read.
    """
    # Not a with block: the table keeps the file open until its rows are read.
    stream: BinaryIO = io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb")  # noqa: SIM115
    asked = _Asked(filename, sheet or None, encoding or None, delimiter or None, heading_row, limits or Limits())
    try:
        return _open(stream, asked)
    except BaseException:
        stream.close()
        raise


@dataclass(frozen=True, slots=True)
class _Asked:
    filename: str
    sheet: str | None
    encoding: str | None
    delimiter: str | None
    heading_row: int | None
    limits: Limits


def _open(stream: BinaryIO, asked: _Asked) -> Table:
    head = stream.read(16)
    if not head:
        raise EmptyFile
    for magic, reason in NOT_TABLES:
        if head.startswith(magic):
            raise NotATable(reason)
    inside = look_into(stream, asked.limits) if is_archive(head) else None
    if inside is not None and inside.tables:
        return _open_archive(stream, inside.tables, asked)
    if inside is not None or head.startswith(COMPOUND):
        large = inside is not None and inside.is_xlsx and inside.unpacked > asked.limits.quick_sheet_bytes
        return (stream_sheet if large else read_sheet)(
            stream, asked.filename, sheet=asked.sheet, heading_row=asked.heading_row, limits=asked.limits
        )
    return read_csv(
        stream,
        asked.filename,
        encoding=asked.encoding,
        delimiter=asked.delimiter,
        heading_row=asked.heading_row,
        limits=asked.limits,
    )


def _open_archive(stream: BinaryIO, inside: tuple[str, ...], asked: _Asked) -> Table:
    """The file of the archive that was asked for, else the first one that is a table."""
    if asked.sheet is not None and asked.sheet not in inside:
        raise NotATable("no_sheet")
    for name in [asked.sheet] if asked.sheet is not None else inside:
        copy = take_out(stream, name, asked.limits)
        try:
            table = _open_member(copy, replace(asked, sheet=None))
        except (EmptyFile, NotATable):
            copy.close()
            if name in (asked.sheet, inside[-1]):
                raise
        except BaseException:
            copy.close()
            raise
        else:
            stream.close()
            table.sheet, table.sheets = name, inside
            table.notes = (*(Note("other_sheets", other) for other in inside if other != name), *table.notes)
            return table
    raise AssertionError("an archive without a table is refused before")


def _open_member(copy: IO[bytes], asked: _Asked) -> Table:
    """Archives inside archives are left alone, but for spreadsheets."""
    stream = cast("BinaryIO", copy)
    head = stream.read(16)
    if is_archive(head) and look_into(stream, asked.limits).tables:
        raise NotATable("archive")
    stream.seek(0)
    return _open(stream, asked)
