"""The facts of many leads in a handful of queries, however many there are."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from khoi.activities.models import SPOKE
from khoi.history.queries.lives import chunks
from khoi.kit.db.asking import ask
from khoi.leads.fields import Facts
from khoi.leads.models import Lead
from khoi.leads.queries import latest_bant
from khoi.scoring.queries import Touches, touches_of
from khoi.scoring.rules import DAY, instant

#: Touches by which somebody asks for price, detail or an appointment.
INTENT = frozenset({"price_request", "demo_request"})
#: Touches that are an answer to us, not a visit of their own accord.
ANSWERS = frozenset({"email_reply", "call_in", "chat", "webinar", "event", *INTENT})
INTENT_DAYS = 90
_POINTS = "select person_id, kind from people_contact_point where absorbed_into_id is null and person_id in ({ids})"
_DOINGS = (
    "select distinct person_id, direction, outcome from activities_activity "
    "where person_id in ({ids}) and occurred_at <= %s"
)


def facts_of(leads: Iterable[Lead], *, now: datetime, touches: Touches | None = None) -> dict[int, Facts]:
    """Lead id → facts as of ``now``. Engagement is filled in by scoring; ``touches`` when they were read already."""
    leads = list(leads)
    people = {lead.person_id for lead in leads}
    touched = touches_of(people) if touches is None else touches
    bant = latest_bant(lead.pk for lead in leads)
    points = Counter(row for part in chunks(people) for row in ask(_POINTS, part))
    spoke = _spoke(people, now)
    found = {}
    for lead in leads:
        last = _last_of_each(touched, lead, now)
        found[lead.pk] = Facts(
            lead=lead,
            bant=bant.get(lead.pk, {}),
            emails=points[lead.person_id, "email"],
            phones=points[lead.person_id, "phone"],
            source_code=lead.source.code if lead.source else "",
            job_title=lead.person.job_title,
            full_name=lead.person.full_name,
            touch_kinds=frozenset(last),
            answered=lead.person_id in spoke or bool(ANSWERS & last.keys()),
            intent=_intends(lead, last),
            engagement=0,
        )
    return found


def _last_of_each(touches: Touches, lead: Lead, now: datetime) -> dict[str, int]:
    """Kind of touch → the last time of it, µs."""
    last: dict[str, int] = {}
    for touch in touches.get(lead.person_id, ()):
        if touch.occurred_at <= instant(now):
            last[touch.kind] = max(touch.occurred_at, last.get(touch.kind, 0))
    return last


def _spoke(people: set[int], now: datetime) -> set[int]:
    return {
        person
        for part in chunks(people)
        for person, direction, outcome in ask(_DOINGS, part, now)
        if direction == "in" or outcome in SPOKE
    }


def _intends(lead: Lead, last: dict[str, int]) -> bool:
    """Counted from the lead's arrival, not from today, so that the answer changes with facts alone."""
    since = instant(lead.arrived_at) - INTENT_DAYS * DAY
    return any(last[kind] >= since for kind in INTENT & last.keys())
