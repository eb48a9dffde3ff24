"""The one place where a lead enters a stage: the decision is written, the lead shows it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.db.writing import stored, update_row
from khoi.leads.models import Lead
from khoi.leads.rules import work_status_for
from khoi.qualification.models import Policy, StageChange


def enter_stage(
    lead: Lead,
    *,
    stage: str,
    basis: str,
    policy: Policy | None = None,
    met: Sequence[Any] = (),
    missing: Sequence[Any] = (),
    reason: str = "",
    note: str = "",
    return_on: date | None = None,
    occurred_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> StageChange | None:
    """Write the decision and bring the lead's columns into line; None when it stands there already."""
    if lead.lifecycle_stage == stage:
        return None
    with history.act("enter_stage", by=by, now=now, subject=lead):
        change = stored(
            StageChange(
                lead=lead,
                person_id=lead.person_id,
                from_stage=lead.lifecycle_stage,
                to_stage=stage,
                basis=basis,
                policy=policy,
                met=list(met),
                missing=list(missing),
                reason=reason,
                note=note,
                return_on=return_on,
                by_id=by.id,
                occurred_at=occurred_at or now,
                recorded_at=now,
            )
        )
        lead.lifecycle_stage = stage
        lead.work_status = work_status_for(stage, lead.work_status)
        lead.exit_reason = reason
        lead.return_on = return_on
        update_row(lead, ["lifecycle_stage", "work_status", "exit_reason", "return_on"])
    return change
