"""The next step of a deal: its earliest open task."""

from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q

from khoi.activities.models import Task
from khoi.pipeline.models import Opportunity


def has_next_step() -> Exists:
    """For a queryset of opportunities: an open task of its person that belongs to its lead or to no lead at all."""
    of_deal = Q(lead=None) | Q(lead=OuterRef("lead"))
    return Exists(Task.objects.filter(of_deal, person=OuterRef("person"), done_at=None))


def has_task(opportunity: Opportunity) -> bool:
    return Opportunity.objects.filter(has_next_step(), pk=opportunity.pk).exists()


def open_tasks(opportunity: Opportunity) -> list[Task]:
    return next_steps_of([opportunity]).get(opportunity.pk, [])


def next_steps_of(deals: Iterable[Opportunity]) -> dict[int, list[Task]]:
    """Deal id → its open tasks, soonest first and undated last. One query."""
    deals = list(deals)
    tasks = Task.objects.filter(person__in={deal.person_id for deal in deals}, done_at=None)
    by_person: dict[int, list[Task]] = {}
    for task in tasks.select_related("owner").order_by(F("due_at").asc(nulls_last=True), "id"):
        by_person.setdefault(task.person_id or 0, []).append(task)
    return {
        deal.pk: [t for t in by_person.get(deal.person_id, ()) if t.lead_id in (None, deal.lead_id)] for deal in deals
    }
