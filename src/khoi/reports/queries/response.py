"""How soon each owner answers: the median until the first touch, and how often it came within the promise."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from khoi.kit.periods import Period
from khoi.reports.queries import courses, naming, replaying
from khoi.reports.queries.asking import NOW, Question
from khoi.team.rules import Principal


@dataclass(frozen=True, slots=True)
class Answered:
    """Leads with a promise: ``in_time`` and ``late`` are decided, ``waiting`` has time left. ``median``: until the
    first touch, of those that got one, counted from arrival."""

    key: str
    code: str
    name: str
    leads: int
    in_time: int
    late: int
    waiting: int
    median: timedelta | None

    @property
    def share_in_time(self) -> float | None:
        decided = self.in_time + self.late
        return self.in_time / decided if decided else None

    @property
    def percent_in_time(self) -> float:
        return 100 * (self.share_in_time or 0)


@dataclass(frozen=True, slots=True)
class Response:
    rows: tuple[Answered, ...]
    total: Answered


@dataclass(frozen=True, slots=True)
class _Promise:
    owner: str
    arrived: datetime
    due: datetime
    answered: datetime | None


def response(
    *,
    period: Period | None = None,
    as_of: date | None = None,
    known: str = NOW,
    source: str | None = None,
    owner: int | None = None,
    actor: Principal,
    now: datetime,
) -> Response:
    """Per owner, for leads that arrived in ``period`` and were promised a first contact. Slowest first."""
    question = Question(actor, period, as_of, known, source, owner)
    moment = question.moment() or now
    promises = list(_replayed(question) if question.replays else _kept(question))
    mine: dict[str, list[_Promise]] = defaultdict(list)
    for promise in promises:
        mine[promise.owner].append(promise)
    named = naming.names("owner", mine)
    rows = [_judge(key, *named[key], found, moment) for key, found in mine.items()]
    rows.sort(key=lambda row: (-(row.median or timedelta(0)), row.name))
    return Response(tuple(rows), _judge("", "", "", promises, moment))


def _judge(key: str, code: str, name: str, promises: Iterable[_Promise], moment: datetime) -> Answered:
    promises = list(promises)
    answers = [(p.answered, p) for p in promises if p.answered is not None and p.answered <= moment]
    in_time = sum(at <= p.due for at, p in answers)
    waiting = sum(p.due > moment for p in promises) - sum(p.due > moment for _, p in answers)
    seconds = [(at - p.arrived).total_seconds() for at, p in answers if at >= p.arrived]
    middle = timedelta(seconds=median(seconds)) if seconds else None
    late = len(promises) - in_time - waiting
    return Answered(key, code, name, len(promises), in_time, late, waiting, middle)


def _kept(question: Question) -> Iterable[_Promise]:
    rows = courses.leads(question).filter(respond_by__isnull=False)
    grouped = rows.annotate(grp=courses.owner_of("owner_id", question.moment()))
    for row in grouped.values_list("grp", "arrived_at", "respond_by", "responded_at"):
        yield _promise(*row)


def _replayed(question: Question) -> Iterable[_Promise]:
    at = question.moment()
    rows = replaying.leads(question, at).values() if at else ()
    for row in rows:
        if row["respond_by"] is not None:
            yield _promise(row["owner_id"], row["arrived_at"], row["respond_by"], row["responded_at"])


def _promise(owner: Any, arrived: datetime, due: Any, answered: datetime | None) -> _Promise:
    return _Promise(str(owner or ""), arrived, due, answered)
