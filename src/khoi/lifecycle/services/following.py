"""When a deal is won, lost or opened again, its lead follows."""

from collections.abc import Collection
from datetime import datetime

from khoi.history.models import Act
from khoi.history.rules.actors import SYSTEM, Actor
from khoi.leads.models import Stage
from khoi.pipeline.models import StageKind, StageMove
from khoi.qualification import services as qualification
from khoi.qualification.models import Basis

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
    moves = StageMove.objects.filter(pk__in=move_ids).select_related("opportunity__lead", "to_stage").order_by("id")
    latest = {move.opportunity_id: move for move in moves}
    for move in latest.values():
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


def _by(act: Act) -> Actor:
    """Whoever closed the deal also moved the lead."""
    if act.actor_kind not in ("user", "token"):
        return SYSTEM
    return Actor(act.actor_kind, act.actor_id, act.actor_label, act.via)
