"""The board: what stands in each column and what it adds up to.

A board of 10,000 deals costs what one of 100 does: two aggregates and a page of cards per column.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum

from khoi.activities.models import Task
from khoi.history.queries import versions_of
from khoi.kit import periods
from khoi.pipeline.models import ForecastCategory, Opportunity, Pipeline, PipelineStage, StageKind
from khoi.pipeline.queries.lists import Part, part
from khoi.pipeline.queries.steps import has_next_step, next_steps_of
from khoi.pipeline.queries.wanted import Wanted, deals, scope, view_q, views_of
from khoi.pipeline.rules import Standing, standing
from khoi.team.rules import Principal

#: Cards a column shows at first, and how many more it brings each time it is asked.
SHOWN, BROUGHT = 10, 25


@dataclass(frozen=True, slots=True)
class Cash:
    """Sums of money, one per currency: minor units and ISO code, the largest number of deals first."""

    sums: tuple[tuple[int, str], ...] = ()

    def __bool__(self) -> bool:
        return any(amount for amount, _ in self.sums)


@dataclass(frozen=True, slots=True)
class Card:
    deal: Opportunity
    standing: Standing
    next_step: Task | None
    version: int


@dataclass(frozen=True, slots=True)
class Column:
    """A stage with all it holds (``count``, ``total``, ``weighted``) and the first cards by close date; ``after``
    is where the next ones begin, '' when these are all."""

    stage: PipelineStage
    count: int
    total: Cash
    weighted: Cash
    cards: tuple[Card, ...]
    after: str


@dataclass(frozen=True, slots=True)
class End:
    """A place to drop what is won or lost, with what ended there in ``period`` (2026-Q4) among deals of ``view``."""

    stage: PipelineStage
    count: int
    total: Cash
    period: str
    view: str


@dataclass(frozen=True, slots=True)
class Board:
    columns: tuple[Column, ...]
    ends: tuple[End, ...]
    tabs: tuple[tuple[str, int], ...]
    count: int
    total: Cash
    weighted: Cash
    committed: Cash
    without_step: int


def board(wanted: Wanted, actor: Principal, now: datetime, zone: ZoneInfo, *, with_cards: bool = True) -> Board:
    """Columns, ends, tabs and totals; without cards it is what has to be said anew after a move."""
    stages = stages_of(wanted.pipeline)
    still_open = [stage for stage in stages if stage.kind == StageKind.OPEN]
    heads = _heads(wanted, actor, stages, now, zone)
    parts = _parts(wanted, actor, stages, still_open, now, zone) if with_cards else {}
    cards = {c.deal.pk: c for c in cards_of((d for p in parts.values() for d in p.deals), still_open, now, zone)}
    columns = tuple(_column(stage, heads.get(stage.pk, []), parts.get(stage.pk), cards) for stage in still_open)
    rows = [row for rows in heads.values() for row in rows]
    committed = {s.pk for s in still_open if s.forecast_category == ForecastCategory.COMMIT}
    return Board(
        columns=columns,
        ends=_ends(wanted, actor, stages, now, zone),
        tabs=_tabs(wanted, actor, stages, now, zone),
        count=sum(row.count for row in rows),
        total=cash((row.total, row.currency) for row in rows),
        weighted=cash((row.weighted, row.currency) for row in rows),
        committed=cash((row.total, row.currency) for pk in committed for row in heads.get(pk, [])),
        without_step=sum(row.idle for row in rows),
    )


def stages_of(pipeline: Pipeline) -> list[PipelineStage]:
    return list(PipelineStage.objects.filter(pipeline=pipeline).order_by("position"))


@dataclass(frozen=True, slots=True)
class _Head:
    currency: str
    count: int
    total: int
    weighted: int
    idle: int


def _heads(
    wanted: Wanted, actor: Principal, stages: list[PipelineStage], now: datetime, zone: ZoneInfo
) -> dict[int, list[_Head]]:
    percent = {stage.pk: stage.probability for stage in stages}
    grouped = (
        deals(wanted, actor, stages, now, zone)
        .values("stage", "currency")
        .annotate(count=Count("pk"), total=Sum("amount"), idle=Count("pk", filter=~has_next_step()))
        .order_by("stage", "-count", "currency")
    )
    heads: dict[int, list[_Head]] = defaultdict(list)
    for row in grouped:
        total = row["total"] or 0
        weighted = total * percent[row["stage"]] // 100
        heads[row["stage"]].append(_Head(row["currency"], row["count"], total, weighted, row["idle"]))
    return heads


def _column(stage: PipelineStage, heads: list[_Head], shown: Part | None, cards: dict[int, Card]) -> Column:
    return Column(
        stage=stage,
        count=sum(head.count for head in heads),
        total=cash((head.total, head.currency) for head in heads),
        weighted=cash((head.weighted, head.currency) for head in heads),
        cards=tuple(cards[deal.pk] for deal in shown.deals) if shown else (),
        after=shown.after if shown else "",
    )


def cash(amounts: Iterable[tuple[int, str]]) -> Cash:
    """One sum per currency; currencies are never added to each other."""
    sums: dict[str, int] = defaultdict(int)
    for amount, currency in amounts:
        sums[currency] += amount
    return Cash(tuple((amount, currency) for currency, amount in sums.items()))


def _parts(
    wanted: Wanted,
    actor: Principal,
    stages: list[PipelineStage],
    still_open: list[PipelineStage],
    now: datetime,
    zone: ZoneInfo,
) -> dict[int, Part]:
    """Stage id → its first deals. One query per column, each of them a short walk along an index."""
    found = deals(wanted, actor, stages, now, zone)
    return {stage.pk: part(found.filter(stage=stage), "close", size=SHOWN) for stage in still_open}


def further_cards(
    wanted: Wanted, actor: Principal, after: str, now: datetime, zone: ZoneInfo
) -> tuple[list[Card], str]:
    """The cards of the wanted stage behind ``after``, and where the next ones begin."""
    stages = stages_of(wanted.pipeline)
    here = part(deals(wanted, actor, stages, now, zone), "close", after, BROUGHT)
    return cards_of(here.deals, stages, now, zone), here.after


def cards_of(
    found: Iterable[Opportunity], stages: Iterable[PipelineStage], now: datetime, zone: ZoneInfo
) -> list[Card]:
    """Cards of these deals, whose stages are among ``stages``: two queries however many."""
    rows = list(found)
    rot = {stage.pk: stage.rot_days for stage in stages}
    steps = next_steps_of(rows)
    versions = versions_of(Opportunity, [deal.pk for deal in rows])
    today = periods.today(now, zone)
    return [
        Card(
            deal=deal,
            standing=standing((today - periods.today(deal.entered_stage_at, zone)).days, rot.get(deal.stage_id)),
            next_step=next(iter(steps[deal.pk]), None),
            version=versions.get(deal.pk, 0),
        )
        for deal in rows
    ]


def _ends(
    wanted: Wanted, actor: Principal, stages: list[PipelineStage], now: datetime, zone: ZoneInfo
) -> tuple[End, ...]:
    """Won and lost of this quarter: of one's own or one's team on those tabs, of everybody one sees on the others."""
    view = wanted.view if wanted.view in ("mine", "team") else "all"
    view = view if view in views_of(actor) else "mine"
    today = periods.today(now, zone)
    since, until = periods.instants(periods.quarter(today), zone)
    ended = scope(wanted, actor).filter(
        view_q(view, actor, stages, now, zone), closed_at__gte=since, closed_at__lt=until
    )
    rows: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for row in ended.values("stage", "currency").annotate(count=Count("pk"), total=Sum("amount")).order_by("-count"):
        rows[row["stage"]].append((row["count"], row["total"] or 0, row["currency"]))
    return tuple(
        End(
            stage=stage,
            count=sum(count for count, _, _ in rows[stage.pk]),
            total=cash((total, currency) for _, total, currency in rows[stage.pk]),
            period=f"{today.year}-Q{(today.month + 2) // 3}",
            view=view,
        )
        for stage in stages
        if stage.kind != StageKind.OPEN
    )


def _tabs(
    wanted: Wanted, actor: Principal, stages: list[PipelineStage], now: datetime, zone: ZoneInfo
) -> tuple[tuple[str, int], ...]:
    counts = {
        view: Count("pk", filter=view_q(view, actor, stages, now, zone) or Q(pk__isnull=False))
        for view in views_of(actor)
    }
    found = scope(wanted, actor).filter(stage__kind=StageKind.OPEN).aggregate(**counts)
    return tuple((view, found[view]) for view in views_of(actor))
