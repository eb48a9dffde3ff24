"""The pipeline as of a day, and what changed between two days."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from khoi.kit.money import Money
from khoi.pipeline.models import PipelineStage
from khoi.reports.queries.asking import NOW, Question
from khoi.reports.queries.deals import deals
from khoi.reports.rules.deals import LOST, OPEN, WON, Deal, Waterfall
from khoi.reports.rules.deals import waterfall as _waterfall
from khoi.team.rules import Principal
from khoi.workspace import queries as workspace


@dataclass(frozen=True, slots=True)
class StageRow:
    """Deals of one currency in one stage; ``weighted`` by the stage's probability, halves to even."""

    stage: PipelineStage
    currency: str
    count: int
    amount: int
    weighted: int


@dataclass(frozen=True, slots=True)
class Total:
    """All deals of one currency."""

    currency: str
    open_count: int = 0
    open_amount: int = 0
    open_weighted: int = 0
    won_count: int = 0
    won_amount: int = 0
    lost_count: int = 0
    lost_amount: int = 0


@dataclass(frozen=True, slots=True)
class PipelineAsOf:
    """``totals``: one per currency, the workspace's own first and always there."""

    rows: tuple[StageRow, ...]
    totals: tuple[Total, ...]

    @property
    def total(self) -> Total:
        return self.totals[0]


def pipeline(
    *, as_of: date | None = None, known: str = NOW, owner: int | None = None, actor: Principal
) -> PipelineAsOf:
    """Deals per stage at the end of ``as_of`` (else now), as the actor may see them. See ``funnel`` for ``known``.

    Probabilities are today's: the pipeline of March weighed as we weigh now.
    """
    return standing(deals(Question(actor, as_of=as_of, known=known, owner=owner)).values())


def standing(found: Iterable[Deal]) -> PipelineAsOf:
    stages = {
        stage.pk: stage
        for stage in PipelineStage.objects.select_related("pipeline").order_by("pipeline_id", "position")
    }
    heaps: dict[tuple[int, str], list[Deal]] = defaultdict(list)
    for deal in found:
        heaps[deal.stage, deal.currency].append(deal)
    home = workspace.current().currency
    currencies = [home, *sorted({currency for _, currency in heaps} - {home})]
    rows = tuple(
        _row(stage, currency, heaps[pk, currency])
        for currency in currencies
        for pk, stage in stages.items()
        if (pk, currency) in heaps or currency == home
    )
    return PipelineAsOf(rows, tuple(_total(currency, rows) for currency in currencies))


def _row(stage: PipelineStage, currency: str, found: list[Deal]) -> StageRow:
    amount = sum(deal.amount for deal in found)
    weighted = sum(Money(deal.amount, currency).share(stage.probability, 100).amount for deal in found)
    return StageRow(stage, currency, len(found), amount, weighted)


def _total(currency: str, rows: Iterable[StageRow]) -> Total:
    total = Total(currency)
    for row in (row for row in rows if row.currency == currency):
        if row.stage.kind == OPEN:
            total = replace(
                total,
                open_count=total.open_count + row.count,
                open_amount=total.open_amount + row.amount,
                open_weighted=total.open_weighted + row.weighted,
            )
        elif row.stage.kind == WON:
            total = replace(total, won_count=total.won_count + row.count, won_amount=total.won_amount + row.amount)
        elif row.stage.kind == LOST:
            total = replace(total, lost_count=total.lost_count + row.count, lost_amount=total.lost_amount + row.amount)
    return total


def changes(
    *,
    since: date,
    until: date | None = None,
    due_before: date | None = None,
    currency: str = "",
    known: str = NOW,
    owner: int | None = None,
    actor: Principal,
) -> Waterfall:
    """How the open deals came from the end of ``since`` to the end of ``until`` (else now).

    ``due_before``: see ``rules.deals.waterfall``; ``currency``: the workspace's own unless given.
    """
    before = deals(Question(actor, as_of=since, known=known, owner=owner))
    after = deals(Question(actor, as_of=until, known=known, owner=owner))
    return _waterfall(before, after, currency=currency or workspace.current().currency, due_before=due_before)
