"""The funnel: how far leads came, how long they stood where, and where it is narrow.

A lead has *reached* a stage the first time it stood in it or in a later one, so a skipped stage counts as passed.
Every record counts as a lead from its arrival, a mere suspect too. Handing a lead back and opening it again starts
no second life: it goes on from where it was. Only being a customer is taken back when the deal is opened again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

STAGES: Final = ("lead", "prospect", "mql", "sal", "sql", "opportunity", "customer")
#: A stage that fewer than this share of leads reach is no bottleneck, however slow it is.
WORTH_NAMING: Final = 0.01

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A lead entered ``stage`` from ``came_from`` at a moment."""

    stage: str
    came_from: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Course:
    """One lead: when it reached each of ``STAGES``, None when it did not; the first is its arrival."""

    lead: int
    group: str
    reached: tuple[datetime | None, ...]

    @property
    def is_backwards(self) -> bool:
        """It went on before it arrived: won before the first contact. One of the two dates is wrong."""
        arrived, onward = self.reached[0], self.reached[1]
        return arrived is not None and onward is not None and onward < arrived


@dataclass(frozen=True, slots=True)
class Span:
    """Passages from a stage to the next one reached: how many, their days together, and the one in the middle."""

    passages: int = 0
    days: float = 0.0
    median: float | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """``groups``: key → how many reached each of ``STAGES``; ``spans``: one per stage but the last."""

    groups: Mapping[str, tuple[int, ...]]
    spans: tuple[Span, ...]
    backwards: int


@dataclass(frozen=True, slots=True)
class Step:
    """``conversion``: the share that went on; ``stopped``: how many came here and no further (yet)."""

    stage: str
    reached: int
    conversion: float | None
    stopped: int
    span: Span


@dataclass(frozen=True, slots=True)
class Row:
    """One group: ``code`` names it to programs, ``name`` to people; ``reached`` in the order of ``STAGES``."""

    key: str
    code: str
    name: str
    reached: tuple[int, ...]

    @property
    def leads(self) -> int:
        return self.reached[0]

    @property
    def won(self) -> int:
        return self.reached[-1]


@dataclass(frozen=True, slots=True)
class Funnel:
    """``bottleneck``: the stage in which most days were spent by those who went on; None without any such days.
    ``backwards``: leads whose dates contradict each other; they count, but not in the days."""

    by: str
    steps: tuple[Step, ...]
    rows: tuple[Row, ...]
    bottleneck: str | None
    backwards: int

    @property
    def leads(self) -> int:
        return self.steps[0].reached

    @property
    def won(self) -> int:
        return self.steps[-1].reached

    def step(self, stage: str) -> Step:
        return self.steps[STAGES.index(stage)]


def course(lead: int, group: str, arrived: datetime, entries: Iterable[Entry]) -> Course:
    """What a lead's entries into stages say, in whatever order they come."""
    entries = list(entries)
    reached: list[datetime | None] = [arrived]
    for at in range(1, len(STAGES) - 1):
        further = STAGES[at:]
        reached.append(min((e.at for e in entries if e.stage in further), default=None))
    return Course(lead, group, (*reached, _won(entries)))


def _won(entries: list[Entry]) -> datetime | None:
    """The last win, unless the lead left it again later."""
    won = max((e.at for e in entries if e.stage == "customer"), default=None)
    left = max((e.at for e in entries if e.came_from == "customer"), default=None)
    return won if won is not None and (left is None or won > left) else None


def tally(courses: Iterable[Course]) -> Tally:
    """The same counting as the database does, for histories that had to be replayed."""
    groups: dict[str, list[int]] = defaultdict(lambda: [0] * len(STAGES))
    days: list[list[float]] = [[] for _ in STAGES[:-1]]
    backwards = 0
    for found in courses:
        for at, moment in enumerate(found.reached):
            groups[found.group][at] += moment is not None
        backwards += found.is_backwards
        if not found.is_backwards:
            _add_days(found.reached, days)
    return Tally({key: tuple(counts) for key, counts in groups.items()}, tuple(map(_span, days)), backwards)


def _add_days(reached: tuple[datetime | None, ...], days: list[list[float]]) -> None:
    """A stage left at the very moment it was reached was skipped: nobody stood in it."""
    for at, (here, there) in enumerate(pairwise(reached)):
        if here is not None and there is not None and there > here:
            days[at].append((there - here) / _DAY)


def _span(days: list[float]) -> Span:
    return Span(len(days), sum(days), median(days)) if days else Span()


def conclude(counted: Tally, by: str, rows: Iterable[Row]) -> Funnel:
    """The funnel of a tally; its total is the sum of its groups."""
    totals = [sum(column) for column in zip(*counted.groups.values(), strict=True)] or [0] * len(STAGES)
    steps = tuple(
        _step(stage, here, there, span)
        for stage, here, there, span in zip(STAGES, totals, [*totals[1:], None], (*counted.spans, Span()), strict=True)
    )
    ordered = tuple(sorted(rows, key=lambda row: (-row.leads, row.name, row.code)))
    return Funnel(by, steps, ordered, _bottleneck(steps), counted.backwards)


def _step(stage: str, here: int, there: int | None, span: Span) -> Step:
    if there is None:
        return Step(stage, here, None, 0, span)
    return Step(stage, here, there / here if here else None, max(here - there, 0), span)


def _bottleneck(steps: tuple[Step, ...]) -> str | None:
    """The stage with the most days in all, among those that enough leads reach; the earlier one of equals."""
    enough = [s for s in steps[:-1] if s.span.days > 0 and s.reached >= WORTH_NAMING * steps[0].reached]
    return max(enough, key=lambda step: step.span.days).stage if enough else None
