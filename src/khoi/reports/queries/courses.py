"""The courses of leads through the stages, counted in the database.

One row per lead says when it reached each stage (``at_0`` … ``at_5``) and when it was won and left again; everything
else is counted over these rows in the same statement. The row's query comes from the ORM, so that it carries the
actor's rights; days are reckoned by each engine's own function because Django's is a Python call per row on SQLite.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    F,
    FilteredRelation,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from khoi.kit import periods
from khoi.leads.models import Lead
from khoi.reports.queries.asking import Question
from khoi.reports.rules.funnel import STAGES, Span, Tally
from khoi.routing.models import Assignment
from khoi.workspace import queries as workspace

#: What a funnel can be broken down by.
FIELDS: Final = ("source", "owner", "channel", "campaign", "team", "period")

WON: Final = Q(won_at__isnull=False) & (Q(left_at=None) | Q(won_at__gt=F("left_at")))

_OUTER: Final = """,
course as (select grp, at_0, at_1, at_2, at_3, at_4, at_5,
    case when won_at is not null and (left_at is null or won_at > left_at) then won_at end as at_6 from reach),
spans as (
    select 0 as stage, DAYS(at_0, at_1) as days from course where at_1 > at_0
    union all select 1, DAYS(at_1, at_2) from course where at_2 > at_1 and at_1 >= at_0
    union all select 2, DAYS(at_2, at_3) from course where at_3 > at_2 and at_1 >= at_0
    union all select 3, DAYS(at_3, at_4) from course where at_4 > at_3 and at_1 >= at_0
    union all select 4, DAYS(at_4, at_5) from course where at_5 > at_4 and at_1 >= at_0
    union all select 5, DAYS(at_5, at_6) from course where at_6 > at_5 and at_1 >= at_0),
placed as (select stage, days, row_number() over (partition by stage order by days) as place,
    count(*) over (partition by stage) as passages from spans)
select 'group', cast(grp as varchar(60)), count(*), count(at_1), count(at_2), count(at_3), count(at_4), count(at_5),
    count(at_6), sum(case when at_1 < at_0 then 1 else 0 end), 0.0, 0.0 from course group by grp
union all select 'span', null, stage, passages, 0, 0, 0, 0, 0, 0, sum(days),
    avg(case when place in ((passages + 1) / 2, (passages + 2) / 2) then days end)
    from placed group by stage, passages"""


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL and the values it takes."""

    text: str
    values: Sequence[Any]


def _days(start: str, end: str) -> str:
    if connection.vendor == "postgresql":
        return f"extract(epoch from ({end} - {start})) / 86400.0"
    return f"(julianday({end}) - julianday({start}))"


def _over(rows: "QuerySet[Any, Any]") -> Statement:
    """The counting, over the rows of a query."""
    text, values = rows.query.sql_with_params()
    counting = _OUTER
    for at in range(len(STAGES) - 1):
        counting = counting.replace(f"DAYS(at_{at}, at_{at + 1})", _days(f"at_{at}", f"at_{at + 1}"))
    return Statement(f"with reach as ({text}){counting}", values)


def count(question: Question, by: str = "") -> Tally:
    """The tally of what we know today; one statement."""
    statement = _over(courses(question, by))
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.values)
        found = cursor.fetchall()
    groups = {str(row[1] or ""): tuple(int(n) for n in row[2:9]) for row in found if row[0] == "group"}
    spans = {int(row[2]): Span(int(row[3]), float(row[10]), float(row[11])) for row in found if row[0] == "span"}
    backwards = sum(int(row[9] or 0) for row in found if row[0] == "group")
    return Tally(groups, tuple(spans.get(at, Span()) for at in range(len(STAGES) - 1)), backwards)


def courses(question: Question, by: str = "") -> "QuerySet[Any, Any]":
    """One row per lead that arrived: pk, grp, at_0 to at_5, won_at, left_at."""
    at = question.moment()
    onward = Q(stage_changes__to_stage__in=STAGES[1:]) | Q(stage_changes__from_stage="customer")
    known = Q(stage_changes__occurred_at__lte=at) if at else Q()
    rows = leads(question).alias(way=FilteredRelation("stage_changes", condition=onward & known)).values("pk")
    reached = {
        f"at_{place}": Min("way__occurred_at", filter=Q(way__to_stage__in=STAGES[place:]))
        for place in range(1, len(STAGES) - 1)
    }
    won = Max("way__occurred_at", filter=Q(way__to_stage="customer"))
    left = Max("way__occurred_at", filter=Q(way__from_stage="customer"))
    group = months(question) if by == "period" else group_of(by, at)
    return rows.annotate(grp=Min(group), at_0=Min("arrived_at"), **reached, won_at=won, left_at=left)


def leads(question: Question) -> "QuerySet[Lead]":
    """The leads asked about, as far as the actor may see them."""
    found = Lead.objects.visible_to(question.actor).order_by()
    if arrivals := question.arrivals():
        found = found.filter(arrived_at__gte=arrivals[0], arrived_at__lt=arrivals[1])
    if at := question.moment():
        found = found.filter(arrived_at__lte=at)
    if question.source is not None:
        found = found.filter(source__code=question.source) if question.source else found.filter(source=None)
    if question.owner is not None:
        found = found.alias(theirs=owner_of("owner_id", at)).filter(theirs=question.owner)
    return found


def group_of(by: str, at: datetime | None) -> Any:
    """The expression a funnel is broken down by."""
    if by in ("owner", "team"):
        return owner_of("owner_id" if by == "owner" else "owner__team_id", at)
    columns = {"source": "source_id", "campaign": "campaign_id", "channel": "channel"}
    return F(columns[by]) if by in columns else Value("", output_field=CharField())


def months(question: Question) -> Any:
    """The month of arrival in the workspace's zone, as 2026-11. Cheaper than truncating every row in Python."""
    zone = workspace.zone()
    ends = leads(question).aggregate(first=Min("arrived_at"), last=Max("arrived_at"))
    if ends["first"] is None:
        return Value("", output_field=CharField())
    month, cases = periods.month(periods.today(ends["first"], zone)), []
    while month.start <= periods.today(ends["last"], zone):
        until = periods.instants(month, zone)[1]
        cases.append(When(arrived_at__lt=until, then=Value(month.start.isoformat()[:7])))
        month = periods.month(month.end)
    return Case(*cases, output_field=CharField())


def owner_of(path: str, at: datetime | None) -> Any:
    """Whose the lead is, or was at that moment."""
    if at is None:
        return F(path)
    earlier = Assignment.objects.filter(lead=OuterRef("pk"), occurred_at__lte=at).order_by("-occurred_at", "-id")
    return Subquery(earlier.values(path)[:1])
