"""Sources and campaigns by their codes, and what they cost in a period."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from khoi.campaigns.models import Campaign, Cost, Source
from khoi.kit.periods import Period
from khoi.kit.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Spent:
    """Money by currency, in minor units: whatever part of each cost falls into the period, by its days."""

    by_currency: tuple[tuple[str, int], ...]


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


def spent_by_source(period: Period) -> dict[int, Spent]:
    """Source id → what it cost within the period."""
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for cost in costs_within(period):
        sums[cost.source_id][cost.currency] += share_within(cost, period)
    return {source: Spent(tuple(sorted(found.items()))) for source, found in sums.items()}


def share_within(cost: Cost, period: Period) -> int:
    """The part of a cost that falls into the period: spread evenly over its days, rounded down to the minor unit."""
    days = (min(cost.period_end, period.end) - max(cost.period_start, period.start)).days
    whole = (cost.period_end - cost.period_start).days
    return cost.amount * days // whole if days > 0 else 0


def leads_by_source() -> dict[int, int]:
    """Source id → how many leads name it."""
    rows = Source.objects.annotate(n=Count("leads")).values_list("pk", "n")
    return dict(rows)
