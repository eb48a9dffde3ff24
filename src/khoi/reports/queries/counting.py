"""Counting over the rows of a query, in the database and in one statement.

The rows' query comes from the ORM, so that it carries the actor's rights. Days are reckoned by each engine's own
function, because Django's is a Python call per row on SQLite.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Count, QuerySet

from khoi.reports.queries import courses
from khoi.reports.queries.asking import Question
from khoi.reports.rules.funnel import STAGES, Span, Tally

_COURSES: Final = """,
course as (select grp, at_0, at_1, at_2, at_3, at_4, at_5,
    case when won_at is not null and (left_at is null or won_at > left_at) then won_at end as at_6 from found)"""
_SPANS: Final = """,
spans as (
    select 0 as stage, DAYS(at_0, at_1) as days from course where at_1 > at_0
    union all select 1, DAYS(at_1, at_2) from course where at_2 > at_1 and at_1 >= at_0
    union all select 2, DAYS(at_2, at_3) from course where at_3 > at_2 and at_1 >= at_0
    union all select 3, DAYS(at_3, at_4) from course where at_4 > at_3 and at_1 >= at_0
    union all select 4, DAYS(at_4, at_5) from course where at_5 > at_4 and at_1 >= at_0
    union all select 5, DAYS(at_5, at_6) from course where at_6 > at_5 and at_1 >= at_0)"""
_GROUPS: Final = """
select 'group', cast(grp as varchar(60)), count(at_1), count(at_2), count(at_3), count(at_4), count(at_5),
    count(at_6), sum(case when at_1 < at_0 then 1 else 0 end), 0.0, 0.0 from course group by grp"""
_MEDIANS: Final = """
union all select 'span', null, stage, count(*), 0, 0, 0, 0, 0, sum(days), MEDIAN(days) from spans group by stage"""
_ANSWERS: Final = """
select grp, case when answered <= MOMENT and answered >= arrived then DAYS(arrived, answered) end,
    case when answered <= MOMENT and answered <= due then 'in_time'
         when due > MOMENT and (answered is null or answered > MOMENT) then 'waiting' else 'late' end
from found"""


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL and the values it takes."""

    text: str
    values: Sequence[Any]

    def rows(self) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self.text, self.values)
            return list(cursor.fetchall())


def count(question: Question, by: str = "", *, with_days: bool = True) -> Tally:
    """The tally of what we know today. Without ``with_days`` the spans are left empty, which costs half.

    Most leads never go on: they are counted as arrivals, and only the others are followed.
    """
    counting = _COURSES + (_SPANS + _GROUPS + _MEDIANS if with_days else _GROUPS)
    group = courses.grouping(question, by)
    found = _over(courses.onward(question, group), counting).rows()
    further = {str(row[1] or ""): tuple(int(n) for n in row[2:8]) for row in found if row[0] == "group"}
    none = (0,) * (len(STAGES) - 1)
    groups = {key: (leads, *further.get(key, none)) for key, leads in _arrivals(question, group).items()}
    spans = {int(row[2]): Span(int(row[3]), float(row[9]), float(row[10])) for row in found if row[0] == "span"}
    backwards = sum(int(row[8] or 0) for row in found if row[0] == "group")
    return Tally(groups, tuple(spans.get(at, Span()) for at in range(len(STAGES) - 1)), backwards)


def _arrivals(question: Question, group: Any) -> dict[str, int]:
    """Group → how many leads arrived."""
    rows: Any = courses.leads(question).values(grp=group).annotate(leads=Count("pk"))
    return {str(row["grp"] or ""): int(row["leads"]) for row in rows}


def answers(rows: "QuerySet[Any, Any]", moment: datetime) -> list[tuple[Any, float | None, str]]:
    """Of rows with ``grp``, ``arrived``, ``due`` and ``answered``: the group, the days until the answer (None without
    one by ``moment``), and whether it came ``in_time`` or ``late`` or is still ``waiting``."""
    asked = _ANSWERS.replace("MOMENT", "%s")
    at = connection.ops.adapt_datetimefield_value(moment)
    return [(row[0], None if row[1] is None else float(row[1]), row[2]) for row in _over(rows, asked, [at] * 4).rows()]


def _over(rows: "QuerySet[Any, Any]", counting: str, values: Sequence[Any] = ()) -> Statement:
    text, found = rows.query.sql_with_params()
    days = "extract(epoch from (END - START)) / 86400.0"
    median = "percentile_cont(0.5) within group (order by days)"
    if connection.vendor == "sqlite":
        days, median = "(julianday(END) - julianday(START))", "khoi_median(days)"
    pairs = [("arrived", "answered"), *((f"at_{at}", f"at_{at + 1}") for at in range(len(STAGES) - 1))]
    for start, end in pairs:
        counting = counting.replace(f"DAYS({start}, {end})", days.replace("START", start).replace("END", end))
    counting = counting.replace("MEDIAN(days)", median)
    return Statement(f"with found as ({text}){counting}", [*found, *values])
