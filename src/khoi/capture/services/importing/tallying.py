"""Counting what became of the rows, and what was wrong with them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from khoi.capture.rules.importing import REJECTED
from khoi.capture.rules.mapping import Parsed, Problem

#: So many lines are named for each kind of problem.
FIRST_LINES: Final = 5


@dataclass(slots=True)
class Incoming:
    """A row on its way in. ``line`` as people count; ``keys``: (kind, normal form) of its addresses."""

    line: int
    cells: tuple[str, ...]
    parsed: Parsed
    keys: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def reject(self, code: str, column: str = "", value: str = "") -> str:
        self.problems.append(Problem(column, value, code, rejects=True))
        return REJECTED

    def warn(self, code: str, column: str = "", value: str = "") -> None:
        self.problems.append(Problem(column, value, code))


@dataclass(slots=True)
class Kind:
    """All problems of one kind in one column."""

    code: str
    column: str
    rejects: bool
    count: int = 0
    lines: list[int] = field(default_factory=list)
    value: str = ""

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

    def note(self, line: int, problems: "list[Problem] | tuple[Problem, ...]") -> None:
        for problem in problems:
            at = (problem.code, problem.column, problem.rejects)
            kind = self.kinds.setdefault(at, Kind(*at))
            kind.add(line, problem.value)

    def by_kind(self, *, rejects: bool) -> list[dict[str, Any]]:
        """The most frequent first."""
        found = [kind for kind in self.kinds.values() if kind.rejects == rejects]
        return [kind.plain() for kind in sorted(found, key=lambda kind: -kind.count)]
