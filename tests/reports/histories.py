"""Small histories made by hand, whose figures one can count on one's fingers."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from khoi.campaigns.models import Source
from khoi.history.models import Act
from khoi.leads.models import Lead
from khoi.leads.rules import work_status_for
from khoi.people.models import Person
from khoi.pipeline.models import Opportunity, PipelineStage, StageMove
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


def stages() -> dict[str, PipelineStage]:
    return {stage.code: stage for stage in PipelineStage.objects.all()}


def deal_in(
    stage: str,
    *,
    amount: int = 100,
    currency: str = "VND",
    close_on: date | None = None,
    owner: Member | None = None,
    lead: Lead | None = None,
    opened: float = 0,
    recorded: float = 0,
    way: Sequence[tuple[str, float]] = (),
) -> Opportunity:
    """A deal opened in the first stage, brought to ``stage`` by ``way`` (else at once), all in one act."""
    known, now = stages(), day(recorded)
    course = [("prospecting", opened), *(way or ([] if stage == "prospecting" else [(stage, opened)]))]
    with acting(now=now):
        person = lead.person if lead else Person.objects.create(full_name="Lý Văn Tân", created_at=now)
        deal = Opportunity.objects.create(
            name="Kho lạnh",
            person=person,
            lead=lead,
            pipeline=known[stage].pipeline,
            stage=known[stage],
            amount=amount,
            currency=currency,
            close_on=close_on,
            owner=owner.user if owner else None,
            entered_stage_at=day(course[-1][1]),
            opened_at=day(opened),
            closed_at=None if known[stage].kind == "open" else day(course[-1][1]),
            created_at=now,
        )
        for (came_from, _), (to, at) in pairwise([("", 0.0), *course]):
            _note(deal, known.get(came_from), known[to], at, now)
    return deal


def move(deal: Opportunity, stage: str, at: float, *, recorded: float | None = None) -> Act:
    now, known = day(at if recorded is None else recorded), stages()
    with acting("move_opportunity", now=now, occurred_at=day(at)) as act:
        _note(deal, deal.stage, known[stage], at, now)
        deal.stage = known[stage]
        deal.save(update_fields=["stage"])
    return act


def edit(deal: Opportunity, at: float, **changes: Any) -> None:
    with acting("edit_opportunity", now=day(at)):
        Opportunity.objects.filter(pk=deal.pk).update(**changes)


def _note(deal: Opportunity, came_from: PipelineStage | None, to: PipelineStage, at: float, now: datetime) -> None:
    StageMove.objects.create(
        opportunity=deal,
        person_id=deal.person_id,
        from_stage=came_from,
        to_stage=to,
        basis="moved",
        occurred_at=day(at),
        recorded_at=now,
    )
