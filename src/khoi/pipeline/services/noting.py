"""Every entry into a stage leaves a row."""

from datetime import datetime

from khoi.history.rules.actors import Actor
from khoi.kit.db.writing import stored
from khoi.pipeline.models import Opportunity, PipelineStage, StageMove


def note_move(
    opportunity: Opportunity,
    came_from: PipelineStage | None,
    target: PipelineStage,
    *,
    basis: str,
    occurred_at: datetime,
    by: Actor,
    now: datetime,
    reason: str = "",
    note: str = "",
) -> None:
    stored(
        StageMove(
            opportunity=opportunity,
            person_id=opportunity.person_id,
            from_stage=came_from,
            to_stage=target,
            basis=basis,
            reason=reason,
            note=note,
            by_id=by.id,
            occurred_at=occurred_at,
            recorded_at=now,
        )
    )
