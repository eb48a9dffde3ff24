"""Who shares in which rule, how many they were given, and whose turn is next."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Count

from khoi.leads.models import Lead
from khoi.leads.rules import ENDED
from khoi.routing import rules
from khoi.routing.models import RoutingRule, Share
from khoi.team.models import User


@dataclass(frozen=True, slots=True)
class Taker:
    """One share as it stands: ``state`` as in ``rules.Place``; ``turn`` counts from 1, who is next."""

    share: Share
    open_leads: int
    state: str
    turn: int


@dataclass(frozen=True, slots=True)
class Round:
    """A rule with everybody who shares in it, who is next first. ``reason`` as in ``rules.Choice``; "" for nobody."""

    rule: RoutingRule
    takers: tuple[Taker, ...]
    reason: str


def rounds(*, zone: ZoneInfo, now: datetime) -> list[Round]:
    """Every rule in the order they are tried."""
    shares = list(Share.objects.filter(user__is_active=True).select_related("user").order_by("id"))
    loads = open_leads(share.user_id for share in shares)
    return [
        _round(rule, [share for share in shares if share.rule_id == rule.pk], loads, zone, now)
        for rule in RoutingRule.objects.order_by("position", "id")
    ]


def _round(rule: RoutingRule, shares: list[Share], loads: Counter[int], zone: ZoneInfo, now: datetime) -> Round:
    if not shares:
        return Round(rule, (), "")
    choice = rules.choose([_candidate(share, loads, zone) for share in shares], now)
    by_user = {share.user_id: share for share in shares}
    takers = [
        Taker(by_user[place.user_id], place.open_leads, place.state, turn) for turn, place in enumerate(choice.order, 1)
    ]
    return Round(rule, tuple(takers), choice.reason)


def _candidate(share: Share, loads: Counter[int], zone: ZoneInfo) -> rules.Candidate:
    away = datetime.combine(share.away_until, time(), zone) if share.away_until else None
    return rules.Candidate(
        user_id=share.user_id,
        weight=share.weight,
        assigned=share.head_start + share.assigned,
        open_leads=loads[share.user_id],
        capacity=share.capacity,
        away=away,
    )


def open_leads(user_ids: Iterable[int]) -> Counter[int]:
    """User id → leads in hand."""
    rows = Lead.objects.filter(owner__in=set(user_ids)).exclude(lifecycle_stage__in=ENDED).values("owner")
    return Counter({row["owner"]: row["n"] for row in rows.annotate(n=Count("pk"))})


def free_for(rule: RoutingRule) -> list[User]:
    """Active people who could share in the rule and do not yet."""
    taken = Share.objects.filter(rule=rule).values("user")
    able = User.objects.filter(is_active=True, role__in=("rep", "manager", "admin")).exclude(pk__in=taken)
    return list(able.order_by("full_name", "pk"))
