"""Moving deals through the gates of their stages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from khoi.activities import services as activities
from khoi.custom import services as custom
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.db.writing import update_row
from khoi.kit.refusals import Refusal
from khoi.leads.models import Reason
from khoi.pipeline.models import Opportunity, PipelineStage, StageKind
from khoi.pipeline.queries import gate
from khoi.pipeline.services.noting import note_move
from khoi.pipeline.services.opening import edit_opportunity
from khoi.team.models import User
from khoi.workspace import queries as workspace

#: Facts that are no columns of the deal: values of the records it speaks of.
OTHERS: Final = {f"of_{whose}": whose for whose in Opportunity.asks_beyond}


class GateClosed(Exception):
    """The stage's criteria are not met. ``missing``: the fields that would open the gate."""

    def __init__(self, stage: PipelineStage, missing: tuple[str, ...]) -> None:
        super().__init__(stage.code)
        self.stage = stage
        self.missing = missing


def move_opportunity(
    opportunity: Opportunity,
    *,
    stage: PipelineStage | str,
    reason: str = "",
    note: str = "",
    facts: Mapping[str, Any] | None = None,
    basis: str = "",
    occurred_at: datetime | None = None,
    version: int | None = None,
    by: Actor,
    now: datetime,
) -> Opportunity:
    """Enter a stage, filling in ``facts`` that its gate asks for in the same step.

    Raises ``GateClosed`` with the missing fields; the card stays where it was. Going back asks for
    nothing; losing asks for a reason. The lead and the person follow by settle. ``facts`` may also name
    ``next_task``, the title of a task to add, and values of fields of one's own by key: ``custom`` those of the deal,
    ``of_account`` and ``of_person`` those of its account and its person, which the caller saw that ``by`` may edit.
    With the ``version`` the deal was seen at, a move or fact that somebody else was quicker with raises
    ``history.Stale``.
    """
    with history.act("move_opportunity", by=by, now=now, occurred_at=occurred_at, subject=opportunity):
        opportunity = Opportunity.objects.select_for_update().get(pk=opportunity.pk)
        target = _stage_of(opportunity, stage)
        if version is not None:
            changes = {**(facts or {}), "stage": target}
            for whose in OTHERS:
                changes.pop(whose, None)
            custom.claim_version(opportunity, version=version, changes=changes)
        if facts:
            _fill_in(opportunity, facts, by=by, now=now)
        if target.pk == opportunity.stage_id:
            return opportunity
        _check(opportunity, target, reason, now)
        _enter(
            opportunity, target, reason=reason, note=note, basis=basis, occurred_at=occurred_at or now, by=by, now=now
        )
    return opportunity


def _stage_of(opportunity: Opportunity, stage: PipelineStage | str) -> PipelineStage:
    if isinstance(stage, PipelineStage):
        return stage
    found: PipelineStage | None = PipelineStage.objects.filter(pipeline=opportunity.pipeline_id, code=stage).first()
    if found is None:
        raise Refusal("unknown_stage", "stage", value=stage)
    return found


def _check(opportunity: Opportunity, target: PipelineStage, reason: str, now: datetime) -> None:
    if target.kind == StageKind.LOST:
        if reason not in Reason.values:
            raise Refusal("reason_needed", "reason")
        return
    came_from = opportunity.stage
    if came_from.kind == StageKind.OPEN and target.position < came_from.position:
        return
    if missing := gate(opportunity, target, now, workspace.zone()).missing:
        raise GateClosed(target, missing)


def _fill_in(opportunity: Opportunity, facts: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    known = {name: value for name, value in facts.items() if name != "next_task" and name not in OTHERS}
    if known:
        edit_opportunity(opportunity, changes=known, by=by, now=now)
    for name, whose in OTHERS.items():
        if (values := facts.get(name)) and (record := getattr(opportunity, whose)) is not None:
            custom.set_values(record, values, by=by, now=now)
    if title := facts.get("next_task"):
        owner = opportunity.owner or User.objects.get(pk=by.id or 0)
        activities.add_task(title=title, owner=owner, person=opportunity.person, lead=opportunity.lead, by=by, now=now)


def _enter(
    opportunity: Opportunity,
    target: PipelineStage,
    *,
    reason: str,
    note: str,
    basis: str,
    occurred_at: datetime,
    by: Actor,
    now: datetime,
) -> None:
    came_from = opportunity.stage
    ended = target.kind != StageKind.OPEN
    opportunity.stage = target
    opportunity.entered_stage_at = occurred_at
    opportunity.closed_at = occurred_at if ended else None
    opportunity.lost_reason = reason if target.kind == StageKind.LOST else ""
    opportunity.lost_note = note if target.kind == StageKind.LOST else ""
    update_row(opportunity, ["stage", "entered_stage_at", "closed_at", "lost_reason", "lost_note"])
    named = basis or _basis(came_from, target)
    note_move(
        opportunity, came_from, target, basis=named, reason=reason, note=note, occurred_at=occurred_at, by=by, now=now
    )


def _basis(came_from: PipelineStage, target: PipelineStage) -> str:
    if target.kind != StageKind.OPEN:
        return str(target.kind)
    return "moved" if came_from.kind == StageKind.OPEN else "reopened"
