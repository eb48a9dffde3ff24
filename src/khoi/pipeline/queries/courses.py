"""One deal: the course of its stages, what the next one asks for, and how it came here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from khoi.custom.queries import values_asked
from khoi.kit.conditions import holds
from khoi.pipeline.models import Opportunity, PipelineStage, StageKind, StageMove
from khoi.pipeline.queries.asked import condition_of, record_of
from khoi.pipeline.queries.steps import has_task


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a gate asks for, by the field it is about."""

    field: str
    met: bool


@dataclass(frozen=True, slots=True)
class Gate:
    stage: PipelineStage
    needs: tuple[Need, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(need.field for need in self.needs if not need.met)

    @property
    def is_open(self) -> bool:
        return not self.missing


@dataclass(frozen=True, slots=True)
class Milestone:
    """A stage on the course. ``state``: past, skipped, here, next or ahead; ``entered`` the last time it was entered,
    ``stayed`` how long the deal was in it all in all."""

    stage: PipelineStage
    state: str
    entered: datetime | None
    stayed: timedelta | None


@dataclass(frozen=True, slots=True)
class Passage:
    """One move with how long the deal then stayed where it had come."""

    move: StageMove
    stayed: timedelta


def gate(opportunity: Opportunity, stage: PipelineStage, now: datetime, zone: ZoneInfo) -> Gate:
    """What the stage asks for and whether it is there; a stage without criteria asks for nothing."""
    if not stage.gate:
        return Gate(stage, ())
    condition, _fields = condition_of(stage.gate)
    own = values_asked([opportunity], [condition]).get(opportunity.pk, {})
    verdict = holds(condition, record_of(opportunity, next_task=has_task(opportunity), own=own), now, zone)
    missing = {clause.field for clause in verdict.missing}
    asked = dict.fromkeys(clause.field for clause in verdict.clauses)
    return Gate(stage, tuple(Need(field, field not in missing) for field in asked))


def moves_of(opportunity: Opportunity, now: datetime) -> list[Passage]:
    """Every move, oldest first."""
    moves = list(
        StageMove.objects.filter(opportunity=opportunity)
        .select_related("from_stage", "to_stage", "by")
        .order_by("occurred_at", "id")
    )
    if not moves:
        return []
    ends = [move.occurred_at for move in moves[1:]] + [opportunity.closed_at or now]
    return [Passage(move, max(end - move.occurred_at, timedelta(0))) for move, end in zip(moves, ends, strict=True)]


def course(opportunity: Opportunity, stages: list[PipelineStage], passages: list[Passage]) -> list[Milestone]:
    """The open stages in order; for a deal that ended, the end stands last."""
    shown = [stage for stage in stages if stage.kind == StageKind.OPEN or stage.pk == opportunity.stage_id]
    if opportunity.stage.kind == StageKind.OPEN:
        shown += [stage for stage in stages if stage.kind == StageKind.WON]
    reached = max((s.position for s in shown if s.pk == opportunity.stage_id), default=0)
    if opportunity.stage.kind == StageKind.LOST:
        reached = max((p.move.to_stage.position for p in passages if p.move.to_stage.kind == StageKind.OPEN), default=0)
    following = next((s.pk for s in shown if s.position > reached), None)
    return [_milestone(stage, opportunity, passages, reached, following) for stage in shown]


def _milestone(
    stage: PipelineStage, opportunity: Opportunity, passages: list[Passage], reached: int, following: int | None
) -> Milestone:
    here = [p for p in passages if p.move.to_stage_id == stage.pk]
    entered = here[-1].move.occurred_at if here else None
    stayed = sum((p.stayed for p in here), timedelta(0)) if here else None
    if stage.pk == opportunity.stage_id:
        state = "here"
    elif stage.position <= reached:
        state = "past" if here else "skipped"
    else:
        state = "next" if stage.pk == following and opportunity.closed_at is None else "ahead"
    return Milestone(stage, state, entered, stayed)


def next_stage(opportunity: Opportunity, stages: list[PipelineStage]) -> PipelineStage | None:
    """The stage a deal goes to when all goes well; None once it has ended."""
    if opportunity.stage.kind != StageKind.OPEN:
        return None
    after = (s for s in stages if s.position > opportunity.stage.position and s.kind != StageKind.LOST)
    return next(after, None)


def left_from(opportunity: Opportunity, stages: list[PipelineStage]) -> PipelineStage | None:
    """The open stage an ended deal goes back to when it is opened again."""
    ending = StageMove.objects.filter(opportunity=opportunity).order_by("-occurred_at", "-id").first()
    was = ending.from_stage_id if ending else None
    still_open = [stage for stage in stages if stage.kind == StageKind.OPEN]
    return next((stage for stage in still_open if stage.pk == was), still_open[-1] if still_open else None)


def last_move(opportunity: Opportunity) -> StageMove | None:
    found = StageMove.objects.filter(opportunity=opportunity).select_related("to_stage", "by")
    return found.order_by("-recorded_at", "-id").first()
