"""Rows on their way in: read through a mapping, counted by what became of them and by what was wrong."""

from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table
from typing import Any, Final

from khoi.capture.rules.importing import REJECTED
from khoi.capture.rules.mapping import Mapping, Parsed, Problem, RowReader
from khoi.custom.rules import Kind as OwnKind
from khoi.kit.tabular import Row

#: So many lines are named for each kind of problem.
FIRST_LINES: Final = 5


class Incoming:
    """A row on its way in. ``line`` as people count; ``keys``: (kind, normal form) of its addresses,
    with how each is written."""

    __slots__ = ("cells", "keys", "line", "parsed", "problems")

    def __init__(self, line: int, cells: tuple[str, ...], parsed: Parsed, problems: list[Problem]) -> None:
        self.line = line
        self.cells = cells
        self.parsed = parsed
        self.keys: dict[tuple[str, str], str] = {}
        self.problems = problems

    @property
    def rejected(self) -> bool:
        return any(problem.rejects for problem in self.problems)

    def reject(self, code: str, column: str = "", value: str = "") -> str:
        self.problems.append(Problem(column, value, code, rejects=True))
        return REJECTED

    def warn(self, code: str, column: str = "", value: str = "") -> None:
        self.problems.append(Problem(column, value, code))


class Kind:
    """All problems of one kind in one column."""

    def __init__(self, code: str, column: str, *, rejects: bool) -> None:
        self.code = code
        self.column = column
        self.rejects = rejects
        self.count = 0
        self.lines: list[int] = []
        self.value = ""

    def add(self, line: int, value: str) -> None:
        self.count += 1
        if len(self.lines) < FIRST_LINES:
            self.lines.append(line)
        self.value = self.value or value[:80]

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "code": self.code,
            "column": self.column,
            "rejects": self.rejects,
            "count": self.count,
            "lines": self.lines,
            "value": self.value,
        }


class Tally:
    """One outcome for every row, and all problems by kind."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.kinds: dict[tuple[str, str, bool], Kind] = {}

    @property
    def rows(self) -> int:
        return self.outcomes.total()

    def count(self, outcome: str) -> None:
        self.outcomes[outcome] += 1

    def note(self, line: int, problems: Iterable[Problem]) -> None:
        for problem in problems:
            at = (problem.code, problem.column, problem.rejects)
            if at not in self.kinds:
                self.kinds[at] = Kind(problem.code, problem.column, rejects=problem.rejects)
            self.kinds[at].add(line, problem.value)

    def note_left_out(self, rows: Iterable[Row]) -> None:
        """What the file holds beside its rows."""
        for row in rows:
            said = next((cell.strip() for cell in row.cells if cell.strip()), "")
            self.note(row.number, [Problem("", said, code) for code in row.problems])

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {"outcomes": dict(self.outcomes), "kinds": [kind.plain() for kind in self.kinds.values()]}

    @classmethod
    def restored(cls, plain: dict[str, Any]) -> "Tally":
        tally = cls()
        tally.outcomes.update(plain["outcomes"])
        for said in plain["kinds"]:
            kind = Kind(said["code"], said["column"], rejects=said["rejects"])
            kind.count, kind.lines, kind.value = said["count"], said["lines"], said["value"]
            tally.kinds[kind.code, kind.column, kind.rejects] = kind
        return tally

    def by_kind(self, *, rejects: bool) -> list[dict[str, Any]]:
        """The most frequent first."""
        found = [kind for kind in self.kinds.values() if kind.rejects == rejects]
        return [kind.plain() for kind in sorted(found, key=lambda kind: -kind.count)]


def incoming(
    rows: Iterable[Row],
    mapping: Mapping | None = None,
    headings: tuple[str, ...] = (),
    kinds: Table[str, OwnKind] | None = None,
    *,
    reader: RowReader | None = None,
) -> Iterator[Incoming]:
    """Each row read through the mapping, or a reader that counts for its caller, with everything that is wrong with
    it. ``kinds``: see ``import_fields``."""
    if reader is None:
        assert mapping is not None  # noqa: S101 - one of the two is given
        reader = RowReader(mapping, headings, kinds)
    for row in rows:
        parsed = reader.read(row.cells)
        wrong = [Problem("", "", code, rejects=not row.usable) for code in row.problems]
        yield Incoming(row.number, row.cells, parsed, [*wrong, *parsed.problems])
