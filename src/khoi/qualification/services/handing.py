"""The hand-off between marketing and sales, and what a person decides against the criteria."""

from datetime import date, datetime

from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.refusals import Refusal
from khoi.leads.models import Lead, Reason, Stage
from khoi.leads.rules import ENDED, EXITS, OPEN_STAGES
from khoi.qualification.models import Basis
from khoi.qualification.services.entering import enter_stage
from khoi.workspace import queries as workspace


def accept_lead(lead: Lead, *, by: Actor, now: datetime) -> Lead:
    """Sales takes the lead it was handed: MQL becomes SAL. Accepting twice is accepting once."""
    with history.act("accept_lead", by=by, now=now, subject=lead):
        lead = Lead.objects.select_for_update().get(pk=lead.pk)
        if lead.accepted_at is not None:
            return lead
        if lead.lifecycle_stage in ENDED:
            raise Refusal("already_ended", stage=lead.get_lifecycle_stage_display())
        lead.accepted_at = now
        lead.save(update_fields=["accepted_at"])
        if OPEN_STAGES.index(lead.lifecycle_stage) < OPEN_STAGES.index(Stage.SAL):
            enter_stage(lead, stage=Stage.SAL, basis=Basis.ACCEPTED, by=by, now=now)
    return lead


def override_stage(lead: Lead, *, stage: str, note: str, by: Actor, now: datetime) -> Lead:
    """Set an open stage against the criteria; the reason in words is kept with the decision."""
    if stage not in OPEN_STAGES[:-1]:
        raise Refusal("unknown_stage", "stage", value=stage)
    if not note.strip():
        raise Refusal("reason_needed", "note")
    with history.act("override_stage", by=by, now=now, subject=lead):
        lead = Lead.objects.select_for_update().get(pk=lead.pk)
        if lead.lifecycle_stage in ENDED:
            raise Refusal("already_ended", stage=lead.get_lifecycle_stage_display())
        enter_stage(lead, stage=stage, basis=Basis.PERSON, note=note.strip(), by=by, now=now)
    return lead


def hand_back(
    lead: Lead, *, reason: str, note: str = "", return_on: date | None = None, by: Actor, now: datetime
) -> Lead:
    """Sales gives the lead back to marketing, with a reason and the day it should return."""
    if reason not in Reason.values:
        raise Refusal("reason_needed", "reason")
    if return_on is None:
        raise Refusal("return_date_needed", "return_on")
    if return_on <= workspace.today(now):
        raise Refusal("date_is_past", "return_on")
    return _leave(lead, Stage.RECYCLED, verb="hand_back", reason=reason, note=note, return_on=return_on, by=by, now=now)


def disqualify(lead: Lead, *, reason: str, note: str = "", by: Actor, now: datetime) -> Lead:
    """Out for good, with a reason."""
    if reason not in Reason.values:
        raise Refusal("reason_needed", "reason")
    return _leave(lead, Stage.DISQUALIFIED, verb="disqualify", reason=reason, note=note, return_on=None, by=by, now=now)


def _leave(
    lead: Lead, stage: str, *, verb: str, reason: str, note: str, return_on: date | None, by: Actor, now: datetime
) -> Lead:
    with history.act(verb, by=by, now=now, subject=lead):
        lead = Lead.objects.select_for_update().get(pk=lead.pk)
        if lead.lifecycle_stage in ENDED or lead.lifecycle_stage == Stage.OPPORTUNITY:
            raise Refusal("already_ended", stage=lead.get_lifecycle_stage_display())
        basis = Basis.HAND_BACK if stage == Stage.RECYCLED else Basis.PERSON
        enter_stage(
            lead, stage=stage, basis=basis, reason=reason, note=note.strip(), return_on=return_on, by=by, now=now
        )
        Lead.objects.filter(pk=lead.pk).update(accepted_at=None)
        lead.accepted_at = None
    return lead


def reopen_lead(lead: Lead, *, by: Actor, now: datetime) -> Lead:
    """A recycled or disqualified lead comes back as a lead; the criteria take it from there."""
    with history.act("reopen_lead", by=by, now=now, subject=lead):
        lead = Lead.objects.select_for_update().get(pk=lead.pk)
        if lead.lifecycle_stage in EXITS:
            enter_stage(lead, stage=Stage.LEAD, basis=Basis.REOPENED, by=by, now=now)
    return lead
