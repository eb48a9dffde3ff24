"""What happened with a person, newest first, and where the next thing is written down."""

from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from khoi.activities.forms import outcomes_of
from khoi.home.queries.timeline import GROUPS, Event, counts_of, timeline_of
from khoi.kit.addresses import address
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.team.rules import Principal


def story_of(request: HttpRequest, person: Person, actor: Principal, *, at: str = "") -> dict[str, Any]:
    """The composer and the timeline of the page ``at`` (the one that was asked for)."""
    at = at or request.path
    group = request.GET.get("show", "")
    group = group if group in GROUPS else ""
    timeline = timeline_of(person, actor=actor, group=group, after=request.GET.get("after", ""))
    counts = counts_of(person, actor=actor)
    return {
        "at": at,
        "may_log": actor.may("activity.create"),
        "deletes_of": actor.id if actor.may("activity.delete") else 0,
        "deletes_all": actor.may("activity.delete_others"),
        "days": days_of(timeline.events),
        "group": group,
        "filters": [(name, counts[name], at + address(request.GET, show=name)) for name in ("", *GROUPS)],
        "next_url": at + address(request.GET, after=timeline.after) if timeline.after else "",
        "call_outcomes": outcomes_of("call"),
        "meeting_outcomes": outcomes_of("meeting"),
    }


def story_panel(request: HttpRequest, actor: Principal, *, person: Person, lead: Lead | None, at: str) -> str:
    """The same as a part of another room's page, which ``KHOI_STORY`` names; what is written down is about ``lead``."""
    context = {"person": person, "lead": lead, **story_of(request, person, actor, at=at)}
    return render_to_string("home/story.html", context, request)


def days_of(events: tuple[Event, ...]) -> list[tuple[Any, list[Event]]]:
    """The events under their day of the page's zone."""
    return [(day, list(some)) for day, some in groupby(events, lambda event: timezone.localtime(event.at).date())]
