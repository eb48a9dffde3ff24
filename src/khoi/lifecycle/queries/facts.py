"""The facts of many leads in a handful of queries, however many there are."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from khoi.activities.models import SPOKE
from khoi.history.queries.lives import chunks
from khoi.kit.db.asking import ask
from khoi.leads.fields import Facts
from khoi.leads.models import BantFact, Lead
from khoi.leads.queries import latest_bant
from khoi.people.models import ContactPoint
from khoi.scoring.queries import Touches, touches_of
from khoi.scoring.rules import DAY, Touch, instant

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


#: (person id, kind of address) → how many they have.
Addresses = Counter[tuple[int, str]]


def facts_of(leads: Iterable[Lead], *, now: datetime, touches: Touches | None = None) -> dict[int, Facts]:
    """Lead id → facts as of ``now``. Engagement is filled in by scoring; ``touches`` when they were read already."""
    leads = list(leads)
    people = {lead.person_id for lead in leads}
    touched = touches_of(people) if touches is None else touches
    bant = latest_bant(lead.pk for lead in leads)
    return _facts(leads, bant, _addresses(people), touched, _spoke(people, now), now)


def facts_of_new(
    leads: Iterable[Lead], points: Iterable[ContactPoint], *, known: set[int], touches: Touches, now: datetime
) -> dict[int, Facts]:
    """The same of leads that nobody knows anything of yet but what they say themselves. ``points`` are those of new
    people, ``known`` the ids of people who were here before."""
    addresses = Counter((point.person_id, point.kind) for point in points) + _addresses(known)
    return _facts(leads, {}, addresses, touches, _spoke(known, now), now)


def _addresses(people: set[int]) -> Addresses:
    return Counter(row for part in chunks(people) for row in ask(_POINTS, part))


def _facts(
    leads: Iterable[Lead],
    bant: Mapping[int, dict[str, BantFact]],
    addresses: Addresses,
    touched: Touches,
    spoke: set[int],
    now: datetime,
) -> dict[int, Facts]:
    found = {}
    for lead in leads:
        last = _last_of_each(touched[lead.person_id], now) if lead.person_id in touched else {}
        source, person = lead.source, lead.person
        found[lead.pk] = Facts(
            lead=lead,
            bant=bant.get(lead.pk, {}),
            emails=addresses[lead.person_id, "email"],
            phones=addresses[lead.person_id, "phone"],
            source_code=source.code if source else "",
            job_title=person.job_title,
            full_name=person.full_name,
            touch_kinds=frozenset(last),
            answered=lead.person_id in spoke or bool(ANSWERS & last.keys()),
            intent=_intends(lead, last),
            engagement=0,
        )
    return found


def _last_of_each(touches: Iterable[Touch], now: datetime) -> dict[str, int]:
    """Kind of touch → the last time of it, µs."""
    last: dict[str, int] = {}
    for touch in touches:
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
    if not last:
        return False
    since = instant(lead.arrived_at) - INTENT_DAYS * DAY
    return any(last[kind] >= since for kind in INTENT & last.keys())
