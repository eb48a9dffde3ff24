"""What all rows of one file share."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from khoi.capture.rules.importing import Step
from khoi.capture.rules.mapping import ExternalKey, Mapping
from khoi.capture.services.importing.course import Growing, Said
from khoi.capture.services.importing.humans import People
from khoi.capture.services.importing.naming import Names
from khoi.capture.services.importing.numbering import OURS, Numbers, as_id
from khoi.capture.services.importing.own import Own
from khoi.capture.services.importing.stages import Stages
from khoi.history.rules.actors import Actor
from khoi.kit.db.writing import insert_rows
from khoi.leads.models import Lead, Stage
from khoi.leads.queries import referred_to
from khoi.leads.rules import EXITS, work_status_for
from khoi.lifecycle import services as lifecycle
from khoi.qualification.models import Basis, StageChange
from khoi.routing.models import Assignment, AssignmentBasis
from khoi.team.models import User
from khoi.team.rules import Principal


@dataclass(slots=True)
class Move:
    """What the files of one move-in share: ``courses``: number of a deal → the stages it entered, as other files and
    columns say it; ``became``: number of a deal → the lead that became it, until the deal comes; ``parents``:
    companies whose parent is still to be found, by number or by name; ``listed``: what people are told of by name."""

    stages: Stages
    courses: dict[str, list[tuple[datetime, str]]] = field(default_factory=lambda: defaultdict(list))
    became: dict[str, int] = field(default_factory=dict)
    parents: list[tuple[int, ExternalKey]] = field(default_factory=list)
    listed: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


@dataclass(slots=True)
class Context:
    """Who imports what, when; the people and names of the file; and what is written with the batch at hand."""

    by: Actor
    now: datetime
    mapping: Mapping
    names: Names
    people: People
    own: Own
    numbers: Numbers
    move: Move
    consent: str = ""
    said: Said = field(default_factory=Said)
    moves: list[StageChange] = field(default_factory=list)
    given: list[Assignment] = field(default_factory=list)

    @property
    def seen(self) -> Growing[str]:
        """Numbers and records that the file has spoken of."""
        return self.said.seen

    def enter(self, lead: Lead, steps: Iterable[Step], *, reason: str = "", note: str = "") -> None:
        """The lead has been through these stages: past facts, each with its own date."""
        for step in steps:
            self.moves.append(
                StageChange(
                    lead=lead,
                    person=lead.person,
                    from_stage=lead.lifecycle_stage,
                    to_stage=step.stage,
                    basis=Basis.IMPORTED,
                    reason=(reason or "other") if step.stage in EXITS else "",
                    note=note if step.stage in EXITS else "",
                    by_id=self.by.id,
                    occurred_at=step.at,
                    recorded_at=self.now,
                )
            )
            lead.lifecycle_stage = step.stage
            lead.work_status = work_status_for(step.stage, lead.work_status)
            lead.exit_reason = (reason or "other") if step.stage in EXITS else ""
            if step.stage == Stage.SAL:
                lead.accepted_at = step.at

    def give(self, lead: Lead, owner: User) -> None:
        """The file says whose lead it is."""
        self.given.append(
            Assignment(
                lead=lead,
                owner=owner,
                previous_owner_id=lead.owner_id,
                basis=AssignmentBasis.IMPORTED,
                by_id=self.by.id,
                occurred_at=self.now,
                recorded_at=self.now,
            )
        )
        lead.owner = owner

    def enter_leads(self, leads: list[Lead]) -> None:
        """Store these new leads, their new people and what the batch says happened."""
        people, points = self.people.arrived()
        arrivals = lifecycle.Arrivals(people, points, leads, self.moves, self.given, self.own.is_filled)
        lifecycle.enter_leads(arrivals, now=self.now)
        self.moves, self.given = [], []

    def heading(self, field: str) -> str:
        """The column that fills the field, as the file calls it."""
        return next((column.heading for column in self.mapping.columns if field in column.fields), field)

    def write_decisions(self) -> None:
        """After the leads they are about."""
        if self.moves:
            insert_rows(self.moves)
        if self.given:
            insert_rows(self.given)
        self.moves, self.given = [], []


@dataclass(frozen=True, slots=True)
class Referred:
    """Leads by the number another system has for them; ``hidden``: numbers of leads the actor may not see."""

    leads: dict[str, Lead]
    hidden: frozenset[str]


def referred(keys: Iterable[ExternalKey], *, by: Actor) -> Referred:
    """All keys are of one system, the mapping's."""
    wanted = {key.id: key.system for key in keys}
    if not wanted:
        return Referred({}, frozenset())
    system = next(iter(wanted.values()))
    ids = _own_ids(wanted) if system == OURS else referred_to(system, wanted, by=by)
    if not ids:
        return Referred({}, frozenset())
    seen = Lead.objects.visible_to(by) if isinstance(by, Principal) else Lead.objects.all()
    leads = seen.filter(pk__in=ids.values()).select_related("person").in_bulk()
    found = {number: leads[pk] for number, pk in ids.items() if pk in leads}
    return Referred(found, frozenset(ids.keys() - found.keys()))


def _own_ids(wanted: dict[str, str]) -> dict[str, int]:
    ours = {number: found for number in wanted if (found := as_id(number))}
    known: dict[Any, int] = dict(Lead.objects.filter(public_id__in=ours.values()).values_list("public_id", "pk"))
    return {number: known[found] for number, found in ours.items() if found in known}
