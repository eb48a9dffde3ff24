"""The courses of leads through the stages, as queries that carry the actor's rights.

One row per lead says when it reached each stage (``at_0`` … ``at_5``) and when it was won and left again.
"""

from datetime import datetime
from typing import Any, Final

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
from khoi.reports.rules.funnel import STAGES
from khoi.routing.models import Assignment
from khoi.workspace import queries as workspace

#: What a funnel can be broken down by.
FIELDS: Final = ("source", "owner", "channel", "campaign", "team", "period")

WON: Final = Q(won_at__isnull=False) & (Q(left_at=None) | Q(won_at__gt=F("left_at")))


def courses(question: Question, by: str = "") -> "QuerySet[Any, Any]":
    """One row per lead that arrived: pk, grp, at_0 to at_5, won_at, left_at."""
    return _told(_ways(question), grouping(question, by))


def onward(question: Question, group: Any) -> "QuerySet[Any, Any]":
    """The same without the leads that never went on, which of a hundred thousand records are the most."""
    return _told(_ways(question).filter(way__isnull=False), group)


def _ways(question: Question) -> "QuerySet[Any, Any]":
    """The leads asked about, each beside its entries into stages."""
    at = question.moment()
    further = Q(stage_changes__to_stage__in=STAGES[1:]) | Q(stage_changes__from_stage="customer")
    known = Q(stage_changes__occurred_at__lte=at) if at else Q()
    found: Any = leads(question)
    ways: QuerySet[Any, Any] = found.alias(way=FilteredRelation("stage_changes", condition=further & known))
    return ways


def _told(ways: "QuerySet[Any, Any]", group: Any) -> "QuerySet[Any, Any]":
    reached = {
        f"at_{place}": Min("way__occurred_at", filter=Q(way__to_stage__in=STAGES[place:]))
        for place in range(1, len(STAGES) - 1)
    }
    won = Max("way__occurred_at", filter=Q(way__to_stage="customer"))
    left = Max("way__occurred_at", filter=Q(way__from_stage="customer"))
    rows: QuerySet[Any, Any] = ways.values("pk").annotate(grp=Min(group), at_0=Min("arrived_at"))
    told: QuerySet[Any, Any] = rows.annotate(**reached, won_at=won, left_at=left)
    return told


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


def grouping(question: Question, by: str) -> Any:
    """The expression that names the group of each lead asked about."""
    return months(question) if by == "period" else group_of(by, question.moment())


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
