"""How soon each owner answers: the median until the first touch, and how often it came within the promise."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import F

from khoi.kit.periods import Period
from khoi.reports.queries import counting, courses, naming, replaying
from khoi.reports.queries.asking import NOW, Question
from khoi.team.rules import Principal

#: Owner's key, days until the answer, and how it went.
Answer = tuple[str, float | None, str]


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
    found = list(_replayed(question, moment) if question.replays else _kept(question, moment))
    mine: dict[str, list[Answer]] = defaultdict(list)
    for answer in found:
        mine[answer[0]].append(answer)
    named = naming.names("owner", mine)
    rows = [_told(key, *named[key], answers) for key, answers in mine.items()]
    rows.sort(key=lambda row: (-(row.median or timedelta(0)), row.name))
    return Response(tuple(rows), _told("", "", "", found))


def _told(key: str, code: str, name: str, answers: list[Answer]) -> Answered:
    went = Counter(how for _, _, how in answers)
    days = [span for _, span, _ in answers if span is not None]
    middle = timedelta(seconds=round(median(days) * 86_400)) if days else None
    return Answered(key, code, name, len(answers), went["in_time"], went["late"], went["waiting"], middle)


def _kept(question: Question, moment: datetime) -> Iterable[Answer]:
    rows = courses.leads(question).filter(respond_by__isnull=False)
    whose = courses.owner_of("owner_id", question.moment())
    asked = rows.values(grp=whose, arrived=F("arrived_at"), due=F("respond_by"), answered=F("responded_at"))
    return ((str(grp or ""), days, how) for grp, days, how in counting.answers(asked, moment))


def _replayed(question: Question, moment: datetime) -> Iterable[Answer]:
    for row in replaying.leads(question, moment).values():
        if row["respond_by"] is not None:
            yield _answer(row, moment)


def _answer(row: dict[str, Any], moment: datetime) -> Answer:
    answered, arrived = row["responded_at"], row["arrived_at"]
    there = answered is not None and answered <= moment
    days = (answered - arrived) / timedelta(days=1) if there and answered >= arrived else None
    late = "waiting" if row["respond_by"] > moment and not there else "late"
    return str(row["owner_id"] or ""), days, "in_time" if there and answered <= row["respond_by"] else late
