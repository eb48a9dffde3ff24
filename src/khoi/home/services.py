"""What a page does in one step with several records."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from khoi.activities import services as activities
from khoi.activities.models import Task
from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.rules.actors import Actor
from khoi.leads import services as leads
from khoi.leads.models import Lead
from khoi.leads.rules import ENDED
from khoi.people import services as people
from khoi.qualification import services as qualification
from khoi.routing import services as routing
from khoi.team.models import User


def assign_leads(chosen: Iterable[Lead], *, owner: User, by: Actor, now: datetime) -> Act:
    """Give all of them to one owner, as one act."""
    with history.act("assign_leads", by=by, now=now) as act:
        for lead in chosen:
            routing.assign_lead(lead, owner=owner, by=by, now=now)
    return act


def disqualify_leads(chosen: Iterable[Lead], *, reason: str, by: Actor, now: datetime) -> Act:
    """Out for one reason, as one act; those that ended already, or have a deal, stay as they are."""
    with history.act("disqualify_leads", by=by, now=now) as act:
        for lead in chosen:
            if lead.lifecycle_stage not in (*ENDED, "opportunity"):
                qualification.disqualify(lead, reason=reason, by=by, now=now)
    return act


def plan_next_step(
    lead: Lead, *, title: str, due_at: datetime | None, step: Task | None, owner: User, by: Actor, now: datetime
) -> Act:
    """Change the open task ``step``, or add one; an empty title takes the step as done."""
    with history.act("plan_next_step", by=by, now=now, subject=lead) as act:
        if step is None and title.strip():
            activities.add_task(title=title, owner=owner, lead=lead, due_at=due_at, by=by, now=now)
        elif step is not None and title.strip():
            activities.edit_task(step, changes={"title": title.strip()[:200], "due_at": due_at}, by=by, now=now)
        elif step is not None:
            activities.complete_task(step, by=by, now=now)
    return act


def describe_lead(
    lead: Lead, *, person: Mapping[str, Any], enquiry: Mapping[str, Any], by: Actor, now: datetime
) -> Act:
    """What is known of the person and of this enquiry, changed in one step. Only what differs is written."""
    with history.act("describe_lead", by=by, now=now, subject=lead) as act:
        if person:
            people.edit_person(lead.person, changes=person, by=by, now=now)
        if enquiry:
            leads.edit_lead(lead, changes=enquiry, by=by, now=now)
    return act
