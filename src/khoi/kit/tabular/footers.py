"""Rows of a file that are no records: sums, headings said once more, and what stands below the table.

A row that is left out is told of with its line. The rules are narrow, for a row left out wrongly is a person
nobody calls: a sum is known by its word alone in a cell with nothing but amounts beside it, a footer by standing
at the end with a single cell where every row of the table filled more.
"""

import re
from collections.abc import Iterator, Sequence

from khoi.kit.tabular.headings import kind_of
from khoi.kit.tabular.tables import FOOTER, REPEATED_HEADINGS, SUBTOTAL, Row

#: So many rows with a single cell may stand below a table; more are a table of their own.
HELD = 30
WORDS = (
    r"(?:grand|sub|sub-|report|overall)?[ ]?totals?|sum|subtotal|gesamt|gesamtsumme|somme|suma"
    r"|tổng(?: cộng| số| cộng cuối cùng| kết| tiền| doanh thu)?|cộng(?: dồn)?"
)
SUM = re.compile(rf"(?:{WORDS})\s*[:=]?(?:\s*\(?\d+[^)]{{0,20}}\)?)?", re.IGNORECASE)
#: What a sum is of, in a cell of its own.
COUNTED = re.compile(r"count|sum|avg|average|số lượng|số dòng|số bản ghi", re.IGNORECASE)
BEFORE = re.compile(r"(?:sub-?)?total(?: for| of)?:?\s+(.+)|(?:tổng|cộng)(?: cộng)?:?\s+(.+)", re.IGNORECASE)
BEHIND = re.compile(r"(.+?)\s+(?:sub-?total|total|count|sum)", re.IGNORECASE)
BELOW = re.compile(
    r"(?:copyright|©|\(c\)|confidential|generated|exported|created|printed|downloaded|as of|page \d|report\b|source:"
    r"|notes?:|end of|\*+|-{3,}|={3,}|total\b|record count|rows?:|records?:|\d[\d.,]* (?:rows?|records?|results?)\b"
    r"|tổng\b|cộng\b|số dòng|nguồn:|ghi chú|người lập|người duyệt|ngày (?:in|xuất|lập)|trang \d|kết thúc"
    r"|xuất (?:bởi|ngày|lúc)|bản quyền|bảo mật|hết\b|\d[\d.,]* (?:dòng|bản ghi|kết quả))",
    re.IGNORECASE,
)


class Footers:
    """Goes along the rows of one table. ``left_out`` receives what is no record, ``limit`` rows at most."""

    def __init__(self, headings: Sequence[str], left_out: list[Row], limit: int) -> None:
        self.headings = tuple(headings)
        self.left_out = left_out
        self.limit = limit
        self.before: Row | None = None
        self.sparse_rows = False

    def records(self, rows: Iterator[tuple[Row, bool, int]]) -> Iterator[Row]:
        """``rows``: each with whether blank rows stand before it, and the number of cells it came with."""
        held: list[tuple[Row, bool, int]] = []
        for row, after_gap, came_with in rows:
            if reason := self._no_record(row):
                self._leave_out(row, reason)
            elif self._is_sparse(row) and len(held) < HELD:
                held.append((row, after_gap, came_with))
            else:
                if held:
                    self.sparse_rows = True
                    yield from (kept for kept, _, _ in held)
                    held.clear()
                self.sparse_rows = self.sparse_rows or _filled(row) == 1
                self.before = row
                yield row
        yield from self._end(held)

    def _end(self, held: list[tuple[Row, bool, int]]) -> Iterator[Row]:
        """Of the rows with one cell at the end, those from the first on that a table would not write so."""
        ended = False
        for row, after_gap, came_with in held:
            text = next(cell for cell in row.cells if cell.strip()).strip()
            ended = ended or after_gap or came_with == 1 or BELOW.match(text) is not None
            if ended:
                self._leave_out(row, FOOTER)
            else:
                yield row

    def _is_sparse(self, row: Row) -> bool:
        """A single cell, in a table whose rows always hold more."""
        width = len(self.headings)
        if self.sparse_rows or width < 3 or self.before is None:
            return False
        return _filled(row) == 1

    def _no_record(self, row: Row) -> str:
        cells = row.cells
        width = len(self.headings)
        if width > 1 and cells[0] == self.headings[0] and cells == self.headings:
            return REPEATED_HEADINGS
        if width > 1 and _filled(row) * 2 <= width + 1 and self._is_sum(cells):
            return SUBTOTAL
        return ""

    def _is_sum(self, cells: Sequence[str]) -> bool:
        filled = [(place, cell.strip()) for place, cell in enumerate(cells) if cell.strip()]
        place, text = filled[0]
        if len(filled) < 2 or any(kind_of(cell) != "number" for _, cell in filled[1:] if not COUNTED.fullmatch(cell)):
            return False
        if SUM.fullmatch(text):
            return True
        group = self.before.cells[place].strip() if self.before is not None else ""
        named = BEHIND.fullmatch(text) or BEFORE.fullmatch(text)
        return bool(group) and named is not None and group in named.groups()

    def _leave_out(self, row: Row, reason: str) -> None:
        if len(self.left_out) < self.limit:
            self.left_out.append(Row(row.number, row.cells, (reason,)))


def _filled(row: Row) -> int:
    return len(row.cells) - row.cells.count("")
