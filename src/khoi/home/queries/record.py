"""One lead's page: who it is, how far they are, why, and who else knows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from khoi.activities.models import Task
from khoi.capture.queries.forms import size_chosen
from khoi.history.queries.stories import version_of
from khoi.home.queries.pairs import Twin, twins_of
from khoi.home.queries.rows import course, engagement_card, next_steps
from khoi.leads.models import BantFact, BantKind, Lead
from khoi.leads.rules import EXITS, STAGES
from khoi.lifecycle.queries.gates import Standing, standings_of
from khoi.people.models import Consent, ContactPoint, Person, Purpose
from khoi.people.queries import standing_consents
from khoi.pipeline.models import Opportunity
from khoi.qualification.models import StageChange
from khoi.scoring.models import Scorecard
from khoi.scoring.queries import published, touches_of
from khoi.scoring.rules import Line
from khoi.team.rules import Principal


@dataclass(frozen=True, slots=True)
class Reach:
    """A way to reach the person, and what they agreed to for it: given, withdrawn, claimed or "" for nothing."""

    point: ContactPoint
    agreed: str
    consent: Consent | None


@dataclass(frozen=True, slots=True)
class CourseStep:
    """A stage of the journey. ``state``: past, skipped, here, gate (the next one) or ahead."""

    stage: str
    state: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A line of the score with the name its rule has in the scorecard. ``was`` when it has faded, ``share`` in percent
    of the longest line."""

    line: Line
    name: str
    name_vi: str
    now: int
    was: int
    share: int
    was_share: int


@dataclass(frozen=True, slots=True)
class Record:
    lead: Lead
    person: Person
    reach: tuple[Reach, ...]
    steps: tuple[CourseStep, ...]
    standing: Standing
    engagement_lines: tuple[ScoreLine, ...]
    fit_lines: tuple[ScoreLine, ...]
    score: int
    scorecard: Scorecard | None
    course: tuple[float, ...]
    bant: dict[str, BantFact | None]
    next_step: Task | None
    deal: Opportunity | None
    others: tuple[Lead, ...]
    twins: tuple[Twin, ...]
    size: str
    version: int


MOST: Final = 5


def record_of(lead: Lead, *, actor: Principal, now: datetime) -> Record:
    standing = standings_of([lead], now=now)[lead.pk]
    card = published()
    lines = _lines(standing, card)
    facts = standing.facts
    return Record(
        lead=lead,
        person=lead.person,
        reach=reach_of(lead.person),
        steps=_steps(lead, standing),
        standing=standing,
        engagement_lines=tuple(line for line in lines if line.line.axis == "engagement"),
        fit_lines=tuple(line for line in lines if line.line.axis == "fit"),
        score=max(0, round(sum(line.points_now for line in standing.score.lines if line.axis == "engagement"))),
        scorecard=card,
        course=course(touches_of([lead.person_id]).get(lead.person_id, ()), engagement_card(), now),
        bant={kind: facts.bant.get(kind) for kind in BantKind.values},
        next_step=next_steps([lead.pk], actor).get(lead.pk),
        deal=Opportunity.objects.visible_to(actor).filter(lead=lead).select_related("stage").first(),
        others=tuple(_others(lead, actor)),
        twins=tuple(twins_of(lead.person, actor)),
        size=size_chosen(lead),
        version=version_of(lead),
    )


def reach_of(person: Person) -> tuple[Reach, ...]:
    """The ways to reach somebody, phones first, each with the last word on consent that covers it."""
    points = sorted(person.contact_points.all(), key=lambda p: (p.kind != "phone", not p.is_primary, p.pk))
    consents = standing_consents(person)
    return tuple(_reach(point, consents) for point in points)


def _reach(point: ContactPoint, consents: Mapping[str, Consent]) -> Reach:
    """News go by email only; an answer may take any way."""
    wanted = (Purpose.MARKETING, Purpose.ANSWER) if point.kind == "email" else (Purpose.ANSWER,)
    for purpose in wanted:
        if (consent := consents.get(purpose)) is not None:
            state = consent.state if consent.confirmed or consent.state == "withdrawn" else "claimed"
            return Reach(point, state, consent)
    return Reach(point, "", None)


def _steps(lead: Lead, standing: Standing) -> tuple[CourseStep, ...]:
    """Every stage with the day it was reached; those passed over are told as skipped."""
    entered: dict[str, datetime] = {}
    for change in StageChange.objects.filter(lead=lead).order_by("occurred_at", "id"):
        entered[change.to_stage] = change.occurred_at
    entered.setdefault("suspect", lead.arrived_at)
    here = lead.lifecycle_stage
    reached = [STAGES.index(stage) for stage in entered if stage in STAGES]
    place = STAGES.index(here) if here in STAGES else max(reached)
    gate = standing.gate.stage if standing.gate else ""
    steps = [_step(stage, STAGES.index(stage), place, here, gate, entered.get(stage)) for stage in STAGES]
    if here in EXITS:
        steps = [step for step in steps if step.state in {"past", "skipped"}]
        steps.append(CourseStep(here, "here", entered.get(here)))
    return tuple(steps)


def _step(stage: str, at: int, place: int, here: str, gate: str, entered: datetime | None) -> CourseStep:
    if stage == here:
        return CourseStep(stage, "here", entered)
    if at < place or (here in EXITS and at == place):
        return CourseStep(stage, "past" if entered else "skipped", entered)
    return CourseStep(stage, "gate" if stage == gate else "ahead", None)


def _lines(standing: Standing, card: Scorecard | None) -> list[ScoreLine]:
    """Lines of one rule are told as one; the strongest first."""
    names = {rule.get("id"): rule for rule in (card.rules if card else ())}
    summed: dict[str, list[Line]] = {}
    for line in standing.score.lines:
        summed.setdefault(line.rule, []).append(line)
    most = max((abs(_now(lines)) for lines in summed.values()), default=0.0) or 1.0
    found = [_line(lines, names.get(rule, {}), most) for rule, lines in summed.items()]
    return sorted(found, key=lambda one: -abs(one.now))


def _line(lines: list[Line], rule: dict[str, object], most: float) -> ScoreLine:
    then, now = sum(line.points_then for line in lines), _now(lines)
    return ScoreLine(
        lines[-1],
        str(rule.get("name") or lines[-1].rule),
        str(rule.get("name_vi") or rule.get("name") or lines[-1].rule),
        round(now),
        round(then),
        round(abs(now) / most * 100),
        min(round(abs(then) / most * 100), 100),
    )


def _now(lines: list[Line]) -> float:
    return sum(line.points_now for line in lines)


def _others(lead: Lead, actor: Principal) -> list[Lead]:
    rows = Lead.objects.visible_to(actor).filter(person=lead.person_id).exclude(pk=lead.pk)
    return list(rows.select_related("source", "owner").order_by("-arrived_at", "-id")[:MOST])
