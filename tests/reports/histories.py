"""Small histories made by hand, whose figures one can count on one's fingers."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from khoi.campaigns.models import Source
from khoi.leads.models import Lead
from khoi.leads.rules import work_status_for
from khoi.people.models import Person
from khoi.qualification.models import StageChange
from khoi.routing.models import Assignment
from khoi.team.models import User
from khoi.workspace.models import Workspace
from tests.cast import NOW, Member, acting

#: Monday 30 November 2026, 09:00 in Hanoi: after the cast came together, because the history's clock only grows.
START = datetime(2026, 11, 30, 2, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


@pytest.fixture
def office(db: None) -> Workspace:
    """A workspace without criteria, so that only what a test writes happens."""
    with acting():
        return Workspace.objects.create(pk=1, name="Nước Mát", created_at=NOW)


def source(name: str) -> Source:
    with acting():
        return Source.objects.get_or_create(code=name.replace(" ", "_"), defaults={"name": name, "created_at": NOW})[0]


def lead_with(*way: tuple[str, float], arrived: float = 0, now: datetime = START, **fields: Any) -> Lead:
    """A lead and its entries into stages as (stage, day), in the order they were written."""
    owner = fields.pop("owner", None)
    with acting(now=now):
        person = Person.objects.create(full_name="Trần Thị Sen", created_at=now)
        lead = Lead.objects.create(
            person=person,
            owner=owner.user if isinstance(owner, Member) else owner,
            arrived_at=day(arrived),
            created_at=now,
            **fields,
        )
        if lead.owner is not None:
            assign(lead, lead.owner, arrived, now=now)
        enter(lead, *way, now=now)
    return lead


def assign(lead: Lead, owner: User, at: float, *, now: datetime = START) -> None:
    with acting(now=now):
        Assignment.objects.create(lead=lead, owner=owner, basis="by_hand", occurred_at=day(at), recorded_at=now)


def enter(lead: Lead, *way: tuple[str, float], now: datetime = START) -> None:
    """More entries; the lead's own column follows the last one."""
    stages = [lead.lifecycle_stage, *(stage for stage, _ in way)]
    with acting(now=now):
        for (came_from, stage), (_, at) in zip(pairwise(stages), way, strict=True):
            StageChange.objects.create(
                lead=lead,
                person_id=lead.person_id,
                from_stage=came_from,
                to_stage=stage,
                basis="person",
                occurred_at=day(at),
                recorded_at=now,
            )
        lead.lifecycle_stage = stages[-1]
        lead.work_status = work_status_for(stages[-1], lead.work_status)
        lead.exit_reason = "other" if stages[-1] == "disqualified" else ""
        lead.save()
