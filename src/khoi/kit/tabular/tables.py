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

# A short row is padded, a NUL dropped and a row quoted as one cell taken apart: what is left can be trusted.
DISTRUSTED = frozenset({TOO_MANY_CELLS, UNCLOSED_QUOTE, UNDECODABLE})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may ask of the machine. Counts are of rows, columns, characters and bytes."""

    rows: int = 5_000_000
    columns: int = 1_000
    line_chars: int = 1 << 20
    unpacked_bytes: int = 1 << 30
    sheet_memory_bytes: int = 2 << 30
    sheet_seconds: int = 300


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``number`` is the line (text files) or sheet row on which it begins, counted from 1 as people do.

    ``cells`` are at least as many as the headings, and more where the row is too long. ``problems`` are codes:
    ``too_few_cells`` (padded with empty ones), ``nul_removed`` and ``whole_row_quoted`` (taken apart) leave a
    row one can use; ``too_many_cells``, ``unclosed_quote`` and ``undecodable`` do not.
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
    """How a text file separates its cells. ``escape`` is a backslash before a quote, or empty."""

    delimiter: str
    escape: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth telling about the file. Codes: ``encoding_guessed``, ``bad_bytes``, ``title_skipped``
    (text above the headings), ``unnamed_column``, ``other_sheets``; ``detail`` names the thing."""

    code: str
    detail: str = ""


@dataclass(slots=True)
class Table:
    """An open file. ``rows`` can be gone through once; reading to the end or ``close()`` lets the file go.

    ``kind`` is ``csv`` or ``sheet``; ``encoding`` and ``dialect`` are set for the first, ``sheet`` (the name of
    the sheet read) for the second. Every heading and cell is in Unicode NFC.
    """

    filename: str
    kind: str
    headings: tuple[str, ...]
    rows: Iterator[Row]
    encoding: str = ""
    dialect: Dialect | None = None
    sheet: str = ""
    notes: tuple[Note, ...] = ()
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
