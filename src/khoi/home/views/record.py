"""The page of a lead."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from khoi.custom.queries import claimed_lines
from khoi.home.forms.filtering import own_view
from khoi.home.queries.record import record_of
from khoi.home.views.story import story_of
from khoi.leads import queries as leads
from khoi.leads.models import Lead
from khoi.leads.rules import ENDED, EXITS
from khoi.people.models import Person
from khoi.team.queries import find
from khoi.team.rules import Principal
from khoi.team.views import allowed


@require_safe
@allowed("lead.view")
def lead_page(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    lead = find(actor, "lead.view", Lead, public_id=public_id)
    now = actor.at or timezone.now()
    record = record_of(lead, actor=actor, now=now)
    context = {
        "now": now,
        "lead": lead,
        "person": lead.person,
        "record": record,
        "ended": lead.lifecycle_stage in ENDED,
        "out": lead.lifecycle_stage in EXITS,
        "may_edit": actor.may("lead.edit"),
        "may_edit_person": actor.may("person.edit"),
        "may_qualify": actor.may("lead.qualify"),
        "may_assign": actor.may("lead.assign"),
        "may_convert": actor.may("lead.convert"),
        "may_merge": actor.may("person.merge"),
        "may_see_history": actor.may("act.view"),
        "may_delete": actor.may("lead.delete"),
        "claims": _claims(lead),
        "neighbours": _neighbours(lead, actor),
        **story_of(request, lead.person, actor),
    }
    return render(request, "home/lead.html", context)


def _neighbours(lead: Lead, actor: Principal) -> tuple[UUID | None, UUID | None]:
    """On either side in one's list. Of a past day the page reads no other lead."""
    if actor.at is not None:
        return None, None
    return leads.neighbours_of(leads.leads_of_view(actor, own_view(actor)), lead)


def _claims(lead: Lead) -> list[str]:
    """What a stranger said of the person, as lines."""
    said: list[str] = []
    for value in (lead.claims.get(name) for name in ("full_name", "job_title", "emails", "phones")):
        said += value if isinstance(value, list) else [value] if value else []
    return [*(text for text in said if text), *claimed_lines(Person, lead.claims.get("custom", {}))]
