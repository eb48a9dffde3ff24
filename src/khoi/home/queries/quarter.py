"""This quarter in a few figures."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from django.db.models import Q, Sum

from khoi.kit import periods
from khoi.leads.models import Lead
from khoi.pipeline.models import Opportunity
from khoi.team.rules import Principal
from khoi.workspace.models import Workspace
from khoi.workspace.queries import zone

SAMPLE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Quarter:
    """``won``: minor units of ``currency``, deals in other currencies left out (``others`` says how many).
    ``in_time``: a ratio, None when nothing was promised."""

    won: int
    deals: int
    others: int
    currency: str
    in_time: float | None
    median_wait: timedelta | None


def quarter_of(actor: Principal, *, whose: str, workspace: Workspace, now: datetime) -> Quarter:
    here = zone()
    start, end = periods.instants(periods.quarter(periods.today(now, here)), here)
    mine = Q(owner=actor.id) if whose == "mine" else Q()
    won = Opportunity.objects.visible_to(actor).filter(mine, stage__kind="won", closed_at__gte=start, closed_at__lt=end)
    ours = won.filter(currency=workspace.currency)
    promised = Lead.objects.visible_to(actor).filter(mine, respond_by__gte=start, respond_by__lt=min(end, now))
    rows = list(promised.order_by("-respond_by").values_list("arrived_at", "respond_by", "responded_at")[:SAMPLE])
    kept = [at is not None and by is not None and at <= by for _arrived, by, at in rows]
    waits = [(at - arrived).total_seconds() for arrived, _by, at in rows if at is not None]
    count = won.count()
    return Quarter(
        won=ours.aggregate(sum=Sum("amount"))["sum"] or 0,
        deals=count,
        others=count - ours.count(),
        currency=workspace.currency,
        in_time=sum(kept) / len(kept) if kept else None,
        median_wait=timedelta(seconds=max(median(waits), 0)) if waits else None,
    )
