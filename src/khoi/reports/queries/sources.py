"""What each source brought, what it cost and what came back."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from django.db.models import Count, Q

from khoi.campaigns.models import Cost, Source
from khoi.history import queries as history
from khoi.kit import periods
from khoi.kit.money import Money
from khoi.kit.periods import Period
from khoi.leads.models import Lead
from khoi.reports.queries import courses, replaying
from khoi.reports.queries import funnel as funnels
from khoi.reports.queries.asking import NOW, Question
from khoi.reports.queries.deals import deals
from khoi.reports.rules.deals import WON
from khoi.reports.rules.funnel import STAGES, Row
from khoi.reports.rules.spending import Spent, returned, share_of
from khoi.team.rules import Principal
from khoi.workspace import queries as workspace

WEEKS: Final = 13
Sums = dict[str, int]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """``revenue`` and ``cost``: minor units by currency, never added across them. ``roi``: revenue over cost.

    ``weekly``: leads of each of the last 13 weeks, oldest first.
    """

    key: str
    code: str
    name: str
    leads: int
    mql: int
    sql: int
    won: int
    revenue: Mapping[str, int]
    cost: Mapping[str, int]
    roi: float | None
    weekly: tuple[int, ...]

    @property
    def conversion(self) -> float | None:
        return self.won / self.leads if self.leads else None


def sources(
    *,
    period: Period | None = None,
    as_of: date | None = None,
    known: str = NOW,
    owner: int | None = None,
    actor: Principal,
    today: date,
) -> tuple[SourceRow, ...]:
    """One row per source with leads or costs: leads that arrived in ``period``, followed to ``as_of`` (else today).

    Costs count by day as far as their days lie in the period and are over. Most leads first.
    """
    question = Question(actor, period, as_of, known, owner=owner)
    counted = {row.key: row for row in funnels.answer(question, "source", with_days=False).rows}
    revenue, cost = _revenue(question), _costs(question, as_of or today)
    weekly = _weekly(question, as_of or today)
    named = _names(cost.keys() - counted.keys())
    rows = [
        _row(key, counted.get(key) or named[key], revenue.get(key, {}), cost.get(key, {}), weekly.get(key, ()))
        for key in counted.keys() | cost.keys()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.leads, row.name)))


def _row(key: str, counted: Row, revenue: Sums, cost: Sums, weekly: tuple[int, ...]) -> SourceRow:
    mql, sql = (counted.reached[STAGES.index(stage)] for stage in ("mql", "sql"))
    return SourceRow(
        key,
        counted.code,
        counted.name,
        counted.leads,
        mql,
        sql,
        counted.won,
        revenue,
        cost,
        returned(revenue, cost),
        weekly or (0,) * WEEKS,
    )


def _names(keys: set[str]) -> dict[str, Row]:
    """Sources that cost but brought nobody."""
    found = Source.objects.filter(pk__in=[int(key) for key in keys]).values_list("pk", "code", "name")
    return {str(pk): Row(str(pk), code, name, (0,) * len(STAGES)) for pk, code, name in found}


def _revenue(question: Question) -> dict[str, Sums]:
    """Source → currency → the amounts won from its leads."""
    standing = deals(Question(question.actor, None, question.as_of, question.known)).values()
    won = [deal for deal in standing if deal.kind == WON and deal.lead is not None]
    origin = _origins(question, {deal.lead for deal in won if deal.lead is not None})
    sums: dict[str, Sums] = defaultdict(lambda: defaultdict(int))
    for deal in won:
        if deal.lead in origin:
            sums[origin[deal.lead]][deal.currency] += deal.amount
    return {key: dict(by) for key, by in sums.items()}


def _origins(question: Question, leads: set[int]) -> dict[int, str]:
    """Lead → key of its source, of those leads that were asked about."""
    at = question.moment()
    if question.replays and at is not None:
        rows: dict[int, Any] = {pk: row["source_id"] for pk, row in replaying.leads(question, at).items()}
    else:
        rows = dict(courses.leads(question).values_list("pk", "source_id"))
    return {pk: str(rows[pk] or "") for pk in leads & rows.keys()}


def _costs(question: Question, day: date) -> dict[str, Sums]:
    """Source → currency → what its costs come to in the days asked about, the last one included."""
    start = question.period.start if question.period else None
    end = min(question.period.end, day + timedelta(days=1)) if question.period else day + timedelta(days=1)
    sums: dict[str, Sums] = defaultdict(lambda: defaultdict(int))
    for row in _cost_rows(question):
        spent = Spent(Money(row["amount"], row["currency"]), row["period_start"], row["period_end"])
        if (share := share_of(spent, start, end)).amount:
            sums[str(row["source_id"])][share.currency] += share.amount
    return {key: dict(by) for key, by in sums.items()}


def _cost_rows(question: Question) -> list[dict[str, Any]]:
    seen = Cost.objects.visible_to(question.actor)
    if (at := question.moment()) is None:
        return list(seen.values("source_id", "amount", "currency", "period_start", "period_end"))
    if not seen.exists():
        return []
    return list(history.table_as_of(Cost, at, known=question.known).values())


def _weekly(question: Question, day: date) -> dict[str, tuple[int, ...]]:
    """Source → leads that arrived in each of the 13 weeks up to the day, the last one included; as known today."""
    zone = workspace.zone()
    ends = [day + timedelta(days=1) - timedelta(weeks=back) for back in range(WEEKS, -1, -1)]
    weeks = [periods.instants(Period(*pair), zone) for pair in pairwise(ends)]
    found = Lead.objects.visible_to(question.actor).filter(arrived_at__gte=weeks[0][0], arrived_at__lt=weeks[-1][1])
    if question.owner is not None:
        found = found.filter(owner=question.owner)
    counts: dict[str, Any] = {
        f"week_{place}": Count("pk", filter=Q(arrived_at__gte=start, arrived_at__lt=end))
        for place, (start, end) in enumerate(weeks)
    }
    rows: Any = found.order_by().values("source_id").annotate(**counts)
    return {str(row["source_id"] or ""): tuple(row[name] for name in counts) for row in rows}
