"""The funnel of the leads asked about."""

from datetime import date

from khoi.kit.periods import Period
from khoi.reports.queries import counting, courses, naming, replaying
from khoi.reports.queries.asking import NOW, Question
from khoi.reports.rules.funnel import Funnel, Row, conclude, tally
from khoi.team.rules import Principal


def funnel(
    *,
    by: str | None = None,
    period: Period | None = None,
    as_of: date | None = None,
    known: str = NOW,
    source: str | None = None,
    owner: int | None = None,
    actor: Principal,
) -> Funnel:
    """How far the leads came that arrived in ``period`` and that the actor may see.

    ``by``: one of ``courses.FIELDS``, or None for the total alone. ``as_of``: the day at whose end one looks, else now;
    ``known="now"`` goes by when things were true, ``"then"`` by what had been recorded and not yet taken back.
    Raises ValueError for another field.
    """
    return answer(Question(actor, period, as_of, known, source, owner), by or "")


def answer(question: Question, by: str = "", *, with_days: bool = True) -> Funnel:
    """See ``funnel``. Without ``with_days`` nothing is said of how long leads stood where."""
    if by and by not in courses.FIELDS:
        raise ValueError(f"by is one of {', '.join(courses.FIELDS)}")
    if question.replays:
        counted = tally(replaying.courses(question, by))
    else:
        counted = counting.count(question, by, with_days=with_days)
    if not by:
        return conclude(counted, by, ())
    named = naming.names(by, counted.groups)
    rows = [Row(key, *named[key], reached) for key, reached in counted.groups.items()]
    return conclude(counted, by, rows)
