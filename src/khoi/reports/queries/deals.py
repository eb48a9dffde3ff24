"""Every deal as it stood on a day."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from khoi.history import queries as history
from khoi.pipeline.models import Opportunity, PipelineStage, StageMove
from khoi.reports.queries.asking import NOW, THEN, Question
from khoi.reports.rules.deals import Deal
from khoi.team.rules import PARTNER

Values = dict[str, Any]


def deals(question: Question) -> dict[int, Deal]:
    """Id → deal, of those the actor may see today."""
    at = question.moment()
    if at is None:
        rows = _standing(question)
    elif question.known == THEN:
        rows = history.table_as_of(Opportunity, at, known=THEN)
    else:
        rows = _known_now(at)
    kinds = dict(PipelineStage.objects.values_list("pk", "kind"))
    seen = _seen(question)
    return {
        pk: _deal(pk, row, kinds)
        for pk, row in rows.items()
        if (seen is None or pk in seen) and (question.owner is None or row["owner_id"] == question.owner)
    }


def _deal(pk: int, row: Values, kinds: dict[int, str]) -> Deal:
    return Deal(
        id=pk,
        stage=row["stage_id"],
        kind=kinds[row["stage_id"]],
        amount=row["amount"] or 0,
        currency=row["currency"],
        close_on=row["close_on"],
        owner=row["owner_id"],
        lead=row["lead_id"],
    )


_COLUMNS = ("pk", "stage_id", "amount", "currency", "close_on", "owner_id", "lead_id")


def _standing(question: Question) -> dict[int, Values]:
    rows = Opportunity.objects.visible_to(question.actor).values(*_COLUMNS)
    return {row["pk"]: dict(row) for row in rows}


def _known_now(at: datetime) -> dict[int, Values]:
    """Stages by the moves that had happened, all else as the history knows it today.

    An imported deal brings its whole course in one act; only its moves say where it stood in between.
    """
    stages = _stages(StageMove.objects.filter(occurred_at__lte=at))
    rows = history.table_as_of(Opportunity, at, known=NOW)
    return {pk: {**row, "stage_id": stages[pk]} for pk, row in rows.items() if pk in stages}


def _stages(moves: Any) -> dict[int, int]:
    """Deal → the stage of its last move."""
    ordered: Iterable[tuple[int, int]] = moves.order_by("occurred_at", "id").values_list(
        "opportunity_id", "to_stage_id"
    )
    return dict(ordered)


def _seen(question: Question) -> set[int] | None:
    """Who may see a deal today may see it then; None for everything."""
    actor = question.actor
    if actor.visibility == "all" and actor.role != PARTNER:
        return None
    return set(Opportunity.objects.visible_to(actor).values_list("pk", flat=True))
