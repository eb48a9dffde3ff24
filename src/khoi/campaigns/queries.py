"""Sources and campaigns by their codes, and what they cost in a period."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from khoi.campaigns.models import Campaign, Cost, Source
from khoi.kit.money import Money
from khoi.kit.periods import Period
from khoi.kit.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Spent:
    """Money of one currency, in minor units; ``per_lead`` is None when no lead came."""

    currency: str
    amount: int
    per_lead: int | None


@dataclass(frozen=True, slots=True)
class Brought:
    """What a source brought in a period, and what it took."""

    source: Source
    leads: int
    spent: tuple[Spent, ...]


def source_coded(code: str) -> Source | None:
    """The source of that code; None for ''. Raises ``Refusal`` for a code that names none."""
    if not code:
        return None
    found: Source | None = Source.objects.filter(code=code).first()
    if found is None:
        raise Refusal("unknown_source", "source", value=code)
    return found


def campaign_coded(code: str) -> Campaign | None:
    if not code:
        return None
    found: Campaign | None = Campaign.objects.filter(code=code).first()
    if found is None:
        raise Refusal("unknown_choice", "campaign", value=code)
    return found


def costs_within(period: Period) -> "QuerySet[Cost]":
    """Costs whose own period overlaps this one, latest first."""
    overlapping = Cost.objects.filter(period_start__lt=period.end, period_end__gt=period.start)
    return overlapping.select_related("source", "campaign").order_by("-period_start", "-id")


def brought_within(period: Period, moments: tuple[datetime, datetime]) -> list[Brought]:
    """Every source with its leads that arrived between the moments and its cost in the period, the most leads first.

    The moments are those of the period in the workspace's zone.
    """
    arrived = Count("leads", filter=Q(leads__arrived_at__gte=moments[0], leads__arrived_at__lt=moments[1]))
    sums = _spent_within(period)
    rows = Source.objects.annotate(came=arrived).order_by("-came", "id")
    return [Brought(source, source.came, _spent(sums[source.pk], source.came)) for source in rows]


def _spent(sums: dict[str, int], leads: int) -> tuple[Spent, ...]:
    return tuple(
        Spent(currency, amount, round(amount / leads) if leads else None) for currency, amount in sorted(sums.items())
    )


def _spent_within(period: Period) -> dict[int, dict[str, int]]:
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for cost in costs_within(period):
        sums[cost.source_id][cost.currency] += share_within(cost, period)
    return sums


def share_within(cost: Cost, period: Period) -> int:
    """The part of a cost that falls into the period: spread evenly over its days, to the nearest minor unit."""
    days = (min(cost.period_end, period.end) - max(cost.period_start, period.start)).days
    return Money(cost.amount, cost.currency).share(max(days, 0), (cost.period_end - cost.period_start).days).amount
