"""A long file is taken in parts, each in a transaction of its own; what the file has said so far is kept beside the
upload after each part, so that whoever goes on knows it."""

import json
import os
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any, Final, Generic, TypeVar

from khoi.capture.models import ImportRun
from khoi.capture.queries.import_rows import Tally
from khoi.capture.queries.import_signs import course_path

T = TypeVar("T", bound=Hashable)

#: The first part, and what a file has to exceed to be taken in several.
FIRST: Final = 4_000
LEAST: Final = 2_000
MOST: Final = 20_000
#: Others who write wait no longer than about so many seconds.
SECONDS: Final = 2.0


class Growing(dict[T, None], Generic[T]):
    """A set that knows what came to it since."""

    def add(self, one: T) -> None:
        self[one] = None

    def take(self, others: Iterable[T]) -> None:
        self.update(dict.fromkeys(others))

    def since(self, length: int) -> list[T]:
        return list(islice(self, length, None))


class Marks:
    """Ids of rows, a bit each: a file of millions of rows is remembered in a few hundred kilobytes."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self._fresh: list[int] = []

    def __contains__(self, pk: int) -> bool:
        place = pk >> 3
        return place < len(self._bits) and bool(self._bits[place] >> (pk & 7) & 1)

    def add(self, pk: int) -> None:
        if pk not in self:
            place = pk >> 3
            if place >= len(self._bits):
                self._bits.extend(bytes(place + 1_024 - len(self._bits)))
            self._bits[place] |= 1 << (pk & 7)
            self._fresh.append(pk)

    def take(self, pks: Iterable[int]) -> None:
        for pk in pks:
            self.add(pk)

    def news(self) -> list[tuple[int, int]]:
        """What came since this was asked last, as runs from one id to another."""
        runs: list[tuple[int, int]] = []
        for pk in sorted(self._fresh):
            if runs and runs[-1][1] == pk - 1:
                runs[-1] = (runs[-1][0], pk)
            else:
                runs.append((pk, pk))
        self._fresh = []
        return runs


@dataclass(slots=True)
class Said:
    """What later rows are read by: the numbers the file has spoken of, and by name the ids of records it has spoken of
    (``lead``), named (``named``) or filled a field of (``person.shirt_size``)."""

    seen: Growing[str] = field(default_factory=Growing)
    marks: dict[str, Marks] = field(default_factory=lambda: defaultdict(Marks))


@dataclass(slots=True)
class Course:
    """How far a file has come: ``parts`` that are in, ``rows`` of the file they hold, and what came of them;
    ``since``: how many numbers were ``seen`` when the last one began."""

    path: Path | None = None
    parts: int = 0
    rows: int = 0
    tally: Tally = field(default_factory=Tally)
    emptied: Counter[str] = field(default_factory=Counter)
    listed: dict[str, dict[str, int]] = field(default_factory=dict)
    rejected: tuple[str, int] = ("", 0)
    said: Said = field(default_factory=Said)
    since: int = 0

    @classmethod
    def of(cls, run: ImportRun) -> "Course":
        """Of a run that was broken off: what its parts left behind. What a part wrote whose transaction was lost is
        forgotten. Raises ``OSError`` when it is gone."""
        course = cls(course_path(run))
        if not run.parts:
            course_path(run).unlink(missing_ok=True)
            return course
        with course_path(run).open("r+", encoding="utf-8") as file:
            for line in islice(iter(file.readline, ""), run.parts):
                course._read(json.loads(line))
            file.truncate(file.tell())
        if course.parts != run.parts:
            raise OSError(f"the course of {run.public_id} ends after part {course.parts}")
        return course

    def _read(self, line: dict[str, Any]) -> None:
        self.parts += 1
        self.rows = line["rows"]
        self.tally = Tally.restored(line["tally"])
        self.emptied, self.listed = Counter(line["emptied"]), line["listed"]
        self.rejected = (line["rejected"][0], line["rejected"][1])
        self.said.seen.take(line["seen"])
        for name, runs in line["marks"].items():
            for first, last in runs:
                self.said.marks[name].take(range(first, last + 1))
            self.said.marks[name].news()

    def keep(self) -> None:
        """One line more, on the disk before the part is."""
        self.parts += 1
        line = {
            "rows": self.rows,
            "tally": self.tally.plain(),
            "emptied": self.emptied,
            "listed": self.listed,
            "rejected": self.rejected,
            "seen": self.said.seen.since(self.since),
            "marks": {name: marks.news() for name, marks in self.said.marks.items()},
        }
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(
                os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8"
            ) as f:
                f.write(json.dumps(line, ensure_ascii=False) + "\n")
                f.flush()
                os.fsync(f.fileno())


class Pace:
    """How many rows the next part takes, so that nobody waits long: as many as lately fitted into ``SECONDS``."""

    def __init__(self) -> None:
        self.rows = FIRST
        self.began = monotonic()

    def begin(self) -> None:
        self.began = monotonic()

    def end(self, rows: int) -> None:
        fitting = rows * SECONDS / max(monotonic() - self.began, 0.001)
        self.rows = min(max(round(fitting), LEAST), 2 * self.rows, MOST)


def forget_course(run: ImportRun) -> None:
    course_path(run).unlink(missing_ok=True)
