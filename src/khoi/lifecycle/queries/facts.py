"""The facts of many leads in a handful of queries, however many there are."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from khoi.activities.models import SPOKE, Activity
from khoi.leads.fields import Facts
from khoi.leads.models import Lead
from khoi.leads.queries import latest_bant
from khoi.people.models import ContactPoint
from khoi.touchpoints.models import Touchpoint

#: Touches by which somebody asks for price, detail or an appointment.
INTENT = frozenset({"price_request", "demo_request"})
#: Touches that are an answer to us, not a visit of their own accord.
ANSWERS = frozenset({"email_reply", "call_in", "chat", "webinar", "event", *INTENT})
INTENT_DAYS = 90


def facts_of(leads: Iterable[Lead], *, now: datetime) -> dict[int, Facts]:
    """Lead id → facts as of ``now``. Engagement is filled in by scoring."""
    leads = list(leads)
    people = {lead.person_id for lead in leads}
    bant = latest_bant(lead.pk for lead in leads)
    points = _points(people)
    touches = _touches(people, now)
    spoke = _spoke(people, now)
    return {
        lead.pk: Facts(
            lead=lead,
            bant=bant.get(lead.pk, {}),
            emails=points[lead.person_id, "email"],
            phones=points[lead.person_id, "phone"],
            source_code=lead.source.code if lead.source else "",
            job_title=lead.person.job_title,
            full_name=lead.person.full_name,
            touch_kinds=frozenset(touches[lead.person_id]),
            answered=lead.person_id in spoke or bool(ANSWERS & touches[lead.person_id].keys()),
            intent=_intends(lead, touches[lead.person_id]),
            engagement=0,
        )
        for lead in leads
    }


def _points(people: set[int]) -> Counter[tuple[int, str]]:
    return Counter(ContactPoint.objects.filter(person__in=people).values_list("person_id", "kind"))


def _touches(people: set[int], now: datetime) -> dict[int, dict[str, datetime]]:
    """Person → kind of human touch → the last time of it."""
    found: dict[int, dict[str, datetime]] = defaultdict(dict)
    rows = Touchpoint.objects.filter(person__in=people, is_human=True, occurred_at__lte=now).order_by("occurred_at")
    for person_id, kind, occurred_at in rows.values_list("person_id", "kind", "occurred_at"):
        found[person_id][kind] = occurred_at
    return found


def _spoke(people: set[int], now: datetime) -> set[int]:
    rows = Activity.objects.filter(person__in=people, occurred_at__lte=now)
    inbound = rows.filter(direction="in").values_list("person_id", flat=True)
    return set(inbound) | set(rows.filter(outcome__in=SPOKE).values_list("person_id", flat=True))


def _intends(lead: Lead, touches: dict[str, datetime]) -> bool:
    """Counted from the lead's arrival, not from today, so that the answer changes with facts alone."""
    since = lead.arrived_at - timedelta(days=INTENT_DAYS)
    return any(touches[kind] >= since for kind in INTENT & touches.keys())
