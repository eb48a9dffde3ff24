"""What happened with the person of a deal, in one order: doings, touches and moves."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from khoi.activities.models import Activity
from khoi.kit import periods
from khoi.pipeline.models import Opportunity
from khoi.team.rules import Principal
from khoi.touchpoints.models import Touchpoint

MOST = 30


@dataclass(frozen=True, slots=True)
class Event:
    """``activity`` or ``touch``: one of the two is given. ``day`` as people of the workspace count it."""

    at: datetime
    day: date
    activity: Activity | None = None
    touch: Touchpoint | None = None


def events_of(opportunity: Opportunity, actor: Principal, zone: ZoneInfo) -> list[Event]:
    """The latest activities and touchpoints of the person, as far as the actor sees them, newest first."""
    person = opportunity.person_id
    doings = Activity.objects.visible_to(actor).filter(person=person).select_related("by")
    touches = Touchpoint.objects.visible_to(actor).filter(person=person)
    found = [
        *(Event(one.occurred_at, _day(one, zone), activity=one) for one in doings.order_by("-occurred_at")[:MOST]),
        *(Event(one.occurred_at, _day(one, zone), touch=one) for one in touches.order_by("-occurred_at")[:MOST]),
    ]
    return sorted(found, key=lambda event: event.at, reverse=True)[:MOST]


def _day(one: Activity | Touchpoint, zone: ZoneInfo) -> date:
    return periods.today(one.occurred_at, zone)
