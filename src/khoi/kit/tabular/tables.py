"""What a file is once it is read: headings, and rows one after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

TOO_FEW_CELLS = "too_few_cells"
TOO_MANY_CELLS = "too_many_cells"
UNCLOSED_QUOTE = "unclosed_quote"
UNDECODABLE = "undecodable"
NUL_REMOVED = "nul_removed"
WHOLE_ROW_QUOTED = "whole_row_quoted"
ROW_IN_ONE_CELL = "row_in_one_cell"
OTHER_DELIMITER = "other_delimiter"
STRAY_QUOTE = "stray_quote"

# A short row is padded, a NUL dropped, a row quoted as one cell taken apart: what is left can be trusted.
DISTRUSTED = frozenset({TOO_MANY_CELLS, UNCLOSED_QUOTE, UNDECODABLE, ROW_IN_ONE_CELL})

ABOVE_HEADINGS = "above_headings"
REPEATED_HEADINGS = "repeated_headings"
SUBTOTAL = "subtotal"
FOOTER = "footer"
#: So many rows that were left out are kept to be told of; of further ones the count alone.
TOLD = 1_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may ask of the machine. Counts are of rows, columns, characters and bytes.

    An XLSX that unpacks to more than ``quick_sheet_bytes`` is read row by row, which takes longer and always the same
    memory; the process that reads the others may take ``sheet_memory_bytes``.
    """

    rows: int = 5_000_000
    columns: int = 1_000
    line_chars: int = 1 << 20
    unpacked_bytes: int = 1 << 30
    quick_sheet_bytes: int = 64 << 20
    sheet_memory_bytes: int = 300 << 20
    sheet_seconds: int = 300


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``number`` is the line (text files) or sheet row on which it begins, counted from 1 as people do.

    ``cells`` are at least as many as the headings, and more where the row is too long. ``problems`` are codes:
    ``too_few_cells`` (padded with empty ones), ``nul_removed``, ``whole_row_quoted`` (taken apart),
    ``other_delimiter`` (split where it says, not where the file does) and ``stray_quote`` (kept as a letter) leave
    a row one can use; ``too_many_cells``, ``unclosed_quote``, ``undecodable`` and ``row_in_one_cell`` do not.

    A row of ``Table.left_out`` has why it is none as its only problem: ``above_headings``, ``repeated_headings``,
    ``subtotal`` or ``footer``.
    """

    number: int
    cells: tuple[str, ...]
    problems: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether the cells stand under the headings they belong to."""
        return not self.problems or DISTRUSTED.isdisjoint(self.problems)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text file separates its cells. ``escape`` is a backslash before a quote, or empty; ``spaced``: blanks
    behind the delimiter belong to it; ``wrapped``: each row stands in quotes as if it were a single cell."""

    delimiter: str
    escape: str = ""
    quote: str = '"'
    spaced: bool = False
    wrapped: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth telling about the file. Codes: ``encoding_guessed``, ``bad_bytes``, ``title_skipped``
    (text above the headings), ``no_headings`` (the first row is a row already), ``unnamed_column``,
    ``renamed_column`` (a heading stood twice), ``other_sheets`` (also: other files of an archive), ``wrapped``
    (every row was quoted as one cell); ``detail`` names the thing."""

    code: str
    detail: str = ""


@dataclass(slots=True)
class Table:
    """An open file. ``rows`` can be gone through once; reading to the end or ``close()`` lets the file go.

    ``kind`` is ``csv`` or ``sheet``; ``encoding`` and ``dialect`` are set for the first. ``sheet`` is the name of
    the sheet that is read, or of the file inside an archive, and ``sheets`` are all there are. ``heading_row`` is
    the line of the headings, 0 where there are none. Every heading and cell is in Unicode NFC.

    ``left_out`` fills while the rows are read: rows of the file that are no records, each with why. Past ``TOLD``
    of them the rest is dropped from the list.
    """

    filename: str
    kind: str
    headings: tuple[str, ...]
    rows: Iterator[Row]
    encoding: str = ""
    dialect: Dialect | None = None
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    heading_row: int = 1
    notes: tuple[Note, ...] = ()
    left_out: list[Row] = field(default_factory=list)
    _close: Callable[[], None] = field(default=lambda: None, repr=False)

    def record(self, row: Row) -> dict[str, str]:
        """The row by heading. Cells beyond the headings are not in it."""
        return dict(zip(self.headings, row.cells, strict=False))

    def close(self) -> None:
        """Let go of the file, and of the process that reads a sheet."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
