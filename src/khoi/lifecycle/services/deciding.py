"""Leads scored, judged, shared out and put on the clock: in memory, then one write per table."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.db.models import Model

from khoi.campaigns.models import Source
from khoi.kit.conditions import fields_of
from khoi.kit.db.asking import records
from khoi.kit.db.writing import insert_rows, update_row, update_rows
from khoi.leads.fields import MOVING, Facts, with_own
from khoi.leads.models import SCORE_FIELDS, Lead
from khoi.lifecycle.queries.facts import facts_of
from khoi.lifecycle.queries.ground import Ground, ground
from khoi.lifecycle.services import identifying, judging, reaching
from khoi.people.models import Person
from khoi.qualification.models import StageChange
from khoi.routing import services as routing
from khoi.routing.models import Assignment
from khoi.scoring import services as scoring
from khoi.scoring.queries import Touches, touches_of

M = TypeVar("M", bound=Model)

#: Every column of a lead that settling may change.
SETTLED = [
    *SCORE_FIELDS,
    "temperature",
    "search",
    "next_check_at",
    "lifecycle_stage",
    "work_status",
    "owner",
    "respond_by",
]


@dataclass(slots=True)
class Decisions:
    """``changed``: ids of leads with another column than before."""

    moves: list[StageChange] = field(default_factory=list)
    given: list[Assignment] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)

    def write(self) -> None:
        """After the leads they are about."""
        insert_rows(self.moves)
        insert_rows(self.given)


def settle_leads(ids: Iterable[int], *, now: datetime, refresh_only: bool, imported: bool = False) -> None:
    leads = _read(ids)
    if not leads:
        return
    stands = ground()
    touches = touches_of(lead.person_id for lead in leads)
    plain = _facts(leads, stands, touches, now)
    if refresh_only:
        _, changed = _refresh(leads, plain, stands, touches, now)
    else:
        decisions = decide(leads, plain, stands, touches, now, imported=imported)
        decisions.write()
        changed = decisions.changed
    _write(leads, changed)


def decide(
    leads: list[Lead],
    plain: dict[int, Facts],
    stands: Ground,
    touches: Touches,
    now: datetime,
    *,
    imported: bool,
    staged: Collection[int] | None = None,
) -> Decisions:
    """Scores, stages, owners and clocks, in memory: the caller writes leads and decisions. ``plain`` are the facts
    before scoring. ``imported``, ``staged``: see ``reaching.start_clocks``."""
    facts, changed = _refresh(leads, plain, stands, touches, now)
    moves, touched = judging.judge_leads(leads, facts, ground=stands, now=now)
    if moves and _asks_for_stages(stands):
        facts, again = _refresh(leads, plain, stands, touches, now)
        changed |= again
    given = routing.share_out(leads, facts, zone=stands.zone, now=now)
    started = [assignment.lead for assignment in given]
    reaching.start_clocks(started, now=now, imported=imported, staged=staged, of=stands.workspace)
    changed |= {lead.pk for lead in touched} | {lead.pk for lead in started}
    return Decisions(moves, given, changed)


def _asks_for_stages(stands: Ground) -> bool:
    """Whether a rule of the scorecard asks for what a move changes."""
    return any(MOVING & fields_of(condition) for condition in stands.card.conditions)


def _read(ids: Iterable[int]) -> list[Lead]:
    leads = records(Lead, "select * from leads_lead where id in ({ids}) order by id", ids)
    people = _by_id(Person, "select * from people_person where id in ({ids})", (lead.person_id for lead in leads))
    for lead in leads:  # of a past day the person may be out of sight
        if person := people.get(lead.person_id):
            lead.person = person
    read_sources(leads)
    return [lead for lead in leads if lead.person_id in people]


def read_sources(leads: Collection[Lead]) -> None:
    """Once for all of them. Of a past day a source may be gone."""
    sources = _by_id(Source, "select * from campaigns_source where id in ({ids})", (lead.source_id for lead in leads))
    for lead in leads:
        if lead.source_id is not None:
            lead.source = sources.get(lead.source_id)


def _by_id(model: type[M], text: str, ids: Iterable[int | None]) -> dict[int, M]:
    return {row.pk: row for row in records(model, text, {pk for pk in ids if pk is not None})}


def _facts(leads: list[Lead], stands: Ground, touches: Touches, now: datetime) -> dict[int, Facts]:
    """Before scoring. They hold the leads themselves, whose stage may move meanwhile."""
    return with_own(facts_of(leads, now=now, touches=touches), stands.conditions)


def _refresh(
    leads: list[Lead], plain: dict[int, Facts], stands: Ground, touches: Touches, now: datetime
) -> tuple[dict[int, Facts], set[int]]:
    """Score, grade, temperature and search text in memory. Returns the scored facts, and the ids of leads that
    changed."""
    facts, stale = scoring.score_leads(plain, touches=touches, card=stands.card, now=now, zone=stands.zone)
    changed = {lead.pk for lead in stale}
    feel = judging.Warmth(now, stands.zone)
    for lead in leads:
        text = identifying.search_text(lead.person.full_name, lead.company_name, lead.need)
        warmth = str(feel(facts[lead.pk]).value)
        if (lead.search, lead.temperature) != (text, warmth):
            lead.search, lead.temperature = text, warmth
            changed.add(lead.pk)
    return facts, changed


def _write(leads: list[Lead], changed: set[int]) -> None:
    rows = [lead for lead in leads if lead.pk in changed]
    if len(rows) == 1:
        update_row(rows[0], SETTLED)
    elif rows:
        update_rows(rows, SETTLED)


def refresh_leads(ids: Iterable[int], *, now: datetime, check: bool = False) -> int:
    """What can be rebuilt of these leads. Returns how many were off.

    A lead whose time has come (``next_check_at``) is not off: the job is about to look at it.
    """
    leads = [lead for lead in _read(ids) if lead.next_check_at is None or lead.next_check_at > now]
    stands, touches = ground(), touches_of(lead.person_id for lead in leads)
    _, changed = _refresh(leads, _facts(leads, stands, touches, now), stands, touches, now)
    if not check:
        _write(leads, changed)
    return len(changed)


def rebuilt_leads(ids: Iterable[int], *, now: datetime) -> list[Lead]:
    """These leads with what can be rebuilt of them, in memory; nothing is written."""
    leads = _read(ids)
    stands, touches = ground(), touches_of(lead.person_id for lead in leads)
    _refresh(leads, _facts(leads, stands, touches, now), stands, touches, now)
    return leads
