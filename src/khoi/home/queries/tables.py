"""The list of leads as a table for a file."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_noop

from khoi.custom.models import CustomField
from khoi.custom.queries import own_fields, plain_cells
from khoi.home.queries.rows import company_of, engagement_card, engagement_of, next_steps
from khoi.kit.phones import show_phone
from khoi.leads.models import Lead
from khoi.people.models import ContactPoint
from khoi.team.rules import Principal

HEADINGS: Final = (
    gettext_noop("Name"),
    gettext_noop("Company"),
    gettext_noop("Email"),
    gettext_noop("Phone"),
    gettext_noop("Need"),
    gettext_noop("Stage"),
    gettext_noop("Work status"),
    gettext_noop("Temperature"),
    gettext_noop("Score"),
    gettext_noop("Fit grade"),
    gettext_noop("Owner"),
    gettext_noop("Source"),
    gettext_noop("Next step"),
    gettext_noop("Arrived"),
)
CHUNK: Final = 500


def table_of(
    leads: Iterable[Lead], *, actor: Principal, language: str, now: datetime
) -> tuple[tuple[str, ...], Iterator[list[str]]]:
    """Headings (ours in English, for gettext) and lines in the order of the leads; codes stay codes. Behind our columns
    stand the custom fields."""
    fields = own_fields(Lead)
    headings = (*HEADINGS, *(field.name(language) for field in fields))
    return headings, _lines(leads, fields, actor, language, now)


def _lines(
    leads: Iterable[Lead], fields: list[CustomField], actor: Principal, language: str, now: datetime
) -> Iterator[list[str]]:
    card = engagement_card()
    source = iter(leads)
    while part := list(islice(source, CHUNK)):
        steps = next_steps((lead.pk for lead in part), actor)
        reach = _reach({lead.person_id for lead in part})
        own = plain_cells(part, fields, language)
        for lead in part:
            step = steps.get(lead.pk)
            yield [
                lead.person.full_name,
                company_of(lead),
                *reach.get(lead.person_id, ("", "")),
                lead.need,
                lead.lifecycle_stage,
                lead.work_status,
                lead.temperature,
                str(round(engagement_of(lead, card, now))),
                lead.fit_grade,
                str(lead.owner) if lead.owner else "",
                lead.source.label(language) if lead.source else "",
                step.title if step else "",
                timezone.localtime(lead.arrived_at).isoformat(timespec="minutes"),
                *own[lead.pk],
            ]


def _reach(people: set[int]) -> dict[int, tuple[str, str]]:
    """Person id → (email, phone), the primary ones."""
    found: dict[int, dict[str, str]] = {}
    for point in ContactPoint.objects.filter(person__in=people, is_primary=True):
        shown = show_phone(point.normal) if point.kind == "phone" else point.value
        found.setdefault(point.person_id, {})[point.kind] = shown
    return {person: (ways.get("email", ""), ways.get("phone", "")) for person, ways in found.items()}
