"""Many new people and leads at once, stored as the end of the act would leave them: recognised, scored, judged, shared
out and found, in memory first, so that every row is written once."""

from dataclasses import dataclass
from datetime import datetime

from khoi.custom.rules import named_in, own_named
from khoi.history import services as history
from khoi.kit.conditions import fields_of
from khoi.kit.db.writing import insert_rows, number_rows
from khoi.leads.fields import with_own
from khoi.leads.models import Lead
from khoi.lifecycle.queries.facts import facts_of_new
from khoi.lifecycle.queries.ground import Ground, ground
from khoi.lifecycle.services import deciding, identifying
from khoi.people.models import ContactPoint, Person
from khoi.qualification.models import StageChange
from khoi.routing.models import Assignment, RoutingRule
from khoi.scoring.queries import touches_of


@dataclass(slots=True)
class Arrivals:
    """New ``people`` with their ``points``; new ``leads`` of these and of people who are stored; and what is said of
    the ``moves`` of leads and of whom they were ``given``, old leads too. ``fills_own_fields``: something is stored
    after them that a rule might ask for."""

    people: list[Person]
    points: list[ContactPoint]
    leads: list[Lead]
    moves: list[StageChange]
    given: list[Assignment]
    fills_own_fields: bool


def enter_leads(arrivals: Arrivals, *, now: datetime) -> None:
    """Inside the act of an import. What else is new of a stored person is stored already."""
    stands = ground()
    if arrivals.fills_own_fields and _asks_for_own_fields(stands):
        _store(arrivals)
        return
    _number(arrivals)
    decisions = _decide(arrivals, stands, now)
    identifying.put_search(arrivals.people, arrivals.points)
    new = {person.pk for person in arrivals.people}
    of_new = [lead for lead in arrivals.leads if lead.person_id in new]
    with history.settled():
        insert_rows(arrivals.people, numbered=True)
        insert_rows(arrivals.points)
        insert_rows(of_new, numbered=True)
        insert_rows(arrivals.moves)
        insert_rows(arrivals.given)
        decisions.write()
    insert_rows([lead for lead in arrivals.leads if lead.person_id not in new], numbered=True)
    identifying.enter_people(arrivals.people, arrivals.points, of_new)


def _asks_for_own_fields(stands: Ground) -> bool:
    """Whether a rule asks for fields of the workspace's own."""
    asked = {name for condition in stands.conditions for name in fields_of(condition)}
    asked = asked.union(*map(named_in, RoutingRule.objects.filter(is_active=True).values_list("condition", flat=True)))
    return any(own_named(name) for name in asked)


def _store(arrivals: Arrivals) -> None:
    """The end of the act settles them."""
    for rows in arrivals.people, arrivals.points, arrivals.leads, arrivals.moves, arrivals.given:
        insert_rows(rows)


def _number(arrivals: Arrivals) -> None:
    """And tell whatever points at them."""
    number_rows(arrivals.people)
    number_rows(arrivals.leads)
    for point in arrivals.points:
        point.person = point.person
    for lead in arrivals.leads:
        lead.person = lead.person


def _decide(arrivals: Arrivals, stands: Ground, now: datetime) -> deciding.Decisions:
    leads = arrivals.leads
    known = {lead.person_id for lead in leads} - {person.pk for person in arrivals.people}
    touches = touches_of(known)
    deciding.read_sources(leads)
    facts = with_own(facts_of_new(leads, arrivals.points, known=known, touches=touches, now=now), stands.conditions)
    staged = {move.lead.pk for move in arrivals.moves}
    return deciding.decide(leads, facts, stands, touches, now, imported=True, staged=staged)
