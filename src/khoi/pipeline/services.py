"""Opening deals, changing them, and moving them through the gates of their stages."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from khoi.accounts.models import Account, Contact
from khoi.activities.models import Task
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.conditions import holds, parse
from khoi.kit.refusals import Refusal
from khoi.leads.models import Lead, Reason
from khoi.people.models import Person
from khoi.pipeline.fields import FIELDS, record_of
from khoi.pipeline.models import Opportunity, Pipeline, PipelineStage, StageKind, StageMove
from khoi.team.models import User
from khoi.workspace import queries as workspace

EDITABLE = frozenset({"name", "need", "amount", "currency", "close_on", "decision_maker", "owner", "account", "contact"})


class GateClosed(Exception):
    """The stage's criteria are not met. ``missing``: the fields that would open the gate."""

    def __init__(self, stage: PipelineStage, missing: tuple[str, ...]) -> None:
        super().__init__(stage.code)
        self.stage = stage
        self.missing = missing


def open_opportunity(
    *,
    name: str,
    person: Person,
    account: Account | None = None,
    contact: Contact | None = None,
    lead: Lead | None = None,
    pipeline: Pipeline | None = None,
    stage: PipelineStage | None = None,
    amount: int | None = None,
    currency: str = "",
    close_on: date | None = None,
    need: str = "",
    decision_maker: str = "",
    owner: User | None = None,
    basis: str = "opened",
    opened_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> Opportunity:
    """A new deal, in the first open stage unless told otherwise."""
    if not name.strip():
        raise Refusal("required", "name")
    if amount is not None and amount < 0:
        raise Refusal("negative", "amount")
    entry = stage or first_stage(pipeline)
    since = opened_at or now
    with history.act("open_opportunity", by=by, now=now, subject=person):
        opportunity = Opportunity.objects.create(
            name=name.strip()[:200],
            person=person,
            account=account,
            contact=contact,
            lead=lead,
            pipeline_id=entry.pipeline_id,
            stage=entry,
            amount=amount,
            currency=currency or workspace.current().currency,
            close_on=close_on,
            need=need,
            decision_maker=decision_maker,
            owner=owner,
            entered_stage_at=since,
            opened_at=since,
            created_at=now,
        )
        _note_move(opportunity, None, entry, basis=basis, occurred_at=since, by=by, now=now)
    return opportunity


def first_stage(pipeline: Pipeline | None = None) -> PipelineStage:
    stages = PipelineStage.objects.filter(kind=StageKind.OPEN).order_by("pipeline_id", "position")
    found: PipelineStage | None = (stages.filter(pipeline=pipeline) if pipeline else stages).first()
    if found is None:
        raise LookupError("the workspace has no pipeline")
    return found


def edit_opportunity(opportunity: Opportunity, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> Opportunity:
    if unknown := changes.keys() - EDITABLE:
        raise Refusal("unknown_field", sorted(unknown)[0], value=sorted(unknown)[0])
    if "name" in changes and not str(changes["name"]).strip():
        raise Refusal("required", "name")
    if (changes.get("amount") or 0) < 0:
        raise Refusal("negative", "amount")
    with history.act("edit_opportunity", by=by, now=now, subject=opportunity):
        for name, value in changes.items():
            setattr(opportunity, name, value)
        opportunity.save(update_fields=list(changes))
    return opportunity


def move_opportunity(
    opportunity: Opportunity,
    *,
    stage: PipelineStage | str,
    reason: str = "",
    note: str = "",
    facts: Mapping[str, Any] | None = None,
    basis: str = "",
    occurred_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> Opportunity:
    """Enter a stage, filling in ``facts`` that its gate asks for in the same step.

    Raises ``GateClosed`` with the missing fields; the card stays where it was. Going back asks for
    nothing; losing asks for a reason. The lead and the person follow by settle.
    """
    with history.act("move_opportunity", by=by, now=now, occurred_at=occurred_at, subject=opportunity):
        opportunity = Opportunity.objects.select_for_update().get(pk=opportunity.pk)
        target = _stage_of(opportunity, stage)
        if facts:
            edit_opportunity(opportunity, changes=facts, by=by, now=now)
        if target.pk == opportunity.stage_id:
            return opportunity
        _check(opportunity, target, reason, now)
        _enter(opportunity, target, reason=reason, note=note, basis=basis, occurred_at=occurred_at or now, by=by, now=now)
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
    if missing := missing_for(opportunity, target, now):
        raise GateClosed(target, missing)


def missing_for(opportunity: Opportunity, target: PipelineStage, now: datetime) -> tuple[str, ...]:
    """Fields that keep the stage's gate shut."""
    if not target.gate:
        return ()
    next_task = Task.objects.filter(lead=opportunity.lead_id, done_at=None).exists() if opportunity.lead_id else False
    zone = ZoneInfo(workspace.current().time_zone)
    verdict = holds(parse(target.gate, FIELDS), record_of(opportunity, next_task=next_task), now, zone)
    return () if verdict.ok else tuple(dict.fromkeys(c.field for c in verdict.clauses if not c.ok))


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
    opportunity.save(update_fields=["stage", "entered_stage_at", "closed_at", "lost_reason", "lost_note"])
    named = basis or _basis(came_from, target)
    _note_move(
        opportunity, came_from, target, basis=named, reason=reason, note=note, occurred_at=occurred_at, by=by, now=now
    )


def _basis(came_from: PipelineStage, target: PipelineStage) -> str:
    if target.kind != StageKind.OPEN:
        return str(target.kind)
    return "moved" if came_from.kind == StageKind.OPEN else "reopened"


def _note_move(
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
    StageMove.objects.create(
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
