"""The page of a lead."""

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from khoi.activities.forms import outcomes_of
from khoi.home.forms.filtering import address, own_view
from khoi.home.queries.record import record_of
from khoi.home.queries.timeline import GROUPS, Event, counts_of, timeline_of
from khoi.leads import queries as leads
from khoi.leads.models import Lead
from khoi.leads.rules import ENDED, EXITS
from khoi.people.models import Person
from khoi.team.queries import find
from khoi.team.rules import Principal
from khoi.team.views import allowed


@require_GET
@allowed("lead.view")
def lead_page(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    lead = find(actor, "lead.view", Lead, public_id=public_id)
    now = timezone.now()
    record = record_of(lead, actor=actor, now=now)
    context = {
        "now": now,
        "lead": lead,
        "person": lead.person,
        "record": record,
        "ended": lead.lifecycle_stage in ENDED,
        "out": lead.lifecycle_stage in EXITS,
        "may_edit": actor.may("lead.edit"),
        "may_qualify": actor.may("lead.qualify"),
        "may_assign": actor.may("lead.assign"),
        "may_convert": actor.may("lead.convert"),
        "may_see_history": actor.may("act.view"),
        "may_log": actor.may("activity.create"),
        "claims": _claims(lead),
        "neighbours": leads.neighbours_of(leads.leads_of_view(actor, own_view(actor)), lead),
        **story_of(request, lead.person, actor),
    }
    return render(request, "home/lead.html", context)


def story_of(request: HttpRequest, person: Person, actor: Principal) -> dict[str, Any]:
    """The timeline of a person's page, and its composer."""
    group = request.GET.get("show", "")
    group = group if group in GROUPS else ""
    timeline = timeline_of(person, actor=actor, group=group, after=request.GET.get("after", ""))
    counts = counts_of(person, actor=actor)
    return {
        "days": days_of(timeline.events),
        "group": group,
        "filters": [(name, counts[name], address(request.GET, show=name)) for name in ("", *GROUPS)],
        "next_url": address(request.GET, after=timeline.after) if timeline.after else "",
        "call_outcomes": outcomes_of("call"),
        "meeting_outcomes": outcomes_of("meeting"),
    }


def days_of(events: tuple[Event, ...]) -> list[tuple[Any, list[Event]]]:
    """The events under their day of the page's zone."""
    return [(day, list(some)) for day, some in groupby(events, lambda event: timezone.localtime(event.at).date())]


def _claims(lead: Lead) -> list[str]:
    """What a stranger said of the person, as lines."""
    said: list[str] = []
    for value in (lead.claims.get(name) for name in ("full_name", "job_title", "emails", "phones")):
        said += value if isinstance(value, list) else [value] if value else []
    return [text for text in said if text]
