"""When a deal is won, lost or opened again, its lead follows."""

from collections.abc import Collection, Iterable
from datetime import datetime

from khoi.history.models import Act
from khoi.history.rules.actors import SYSTEM, Actor
from khoi.kit.db.asking import records_by
from khoi.leads.models import Lead, Stage
from khoi.pipeline.models import Opportunity, PipelineStage, StageKind, StageMove
from khoi.qualification import services as qualification
from khoi.qualification.models import Basis

CHUNK = 500

#: kind of stage a deal entered → stage its lead enters, and on which basis.
FOLLOWS = {
    StageKind.WON: (Stage.CUSTOMER, Basis.WON),
    StageKind.LOST: (Stage.DISQUALIFIED, Basis.LOST),
    StageKind.OPEN: (Stage.OPPORTUNITY, Basis.REOPENED),
}


def leads_follow_deals(act: Act, move_ids: Collection[int], *, now: datetime) -> set[int]:
    """Returns the leads that moved."""
    if not move_ids:
        return set()
    followed = set()
    for move in _latest(sorted(move_ids)):
        lead = move.opportunity.lead
        if lead is None:
            continue
        stage, basis = FOLLOWS[StageKind(move.to_stage.kind)]
        change = qualification.enter_stage(
            lead,
            stage=stage,
            basis=Basis.IMPORTED if move.basis == "imported" else basis,
            reason=move.reason if stage == Stage.DISQUALIFIED else "",
            note=move.note,
            occurred_at=move.occurred_at,
            by=_by(act),
            now=now,
        )
        if change is not None:
            followed.add(lead.pk)
    return followed


def _latest(move_ids: list[int]) -> Iterable[StageMove]:
    """The last move of each deal, in order."""
    found: dict[int, StageMove] = {}
    for start in range(0, len(move_ids), CHUNK):
        for move in records_by(StageMove, "pk", move_ids[start : start + CHUNK]):
            found[move.opportunity_id] = move
    deals = {deal.pk: deal for deal in records_by(Opportunity, "pk", found)}
    leads = {
        lead.pk: lead for lead in records_by(Lead, "pk", {deal.lead_id for deal in deals.values() if deal.lead_id})
    }
    stages = {
        stage.pk: stage for stage in records_by(PipelineStage, "pk", {move.to_stage_id for move in found.values()})
    }
    for deal in deals.values():
        deal.lead = leads[deal.lead_id] if deal.lead_id else None
    for move in found.values():
        move.opportunity, move.to_stage = deals[move.opportunity_id], stages[move.to_stage_id]
    return found.values()


def _by(act: Act) -> Actor:
    """Whoever closed the deal also moved the lead."""
    if act.actor_kind not in ("user", "token"):
        return SYSTEM
    return Actor(act.actor_kind, act.actor_id, act.actor_label, act.via)
