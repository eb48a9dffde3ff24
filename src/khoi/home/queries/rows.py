"""Leads as a list shows them: score and its course, next step, last sign; in as many queries for one as for fifty."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import exp2
from typing import Final

from django.db.models import Max

from khoi.activities.models import Activity, Task
from khoi.leads.models import Lead
from khoi.scoring.queries import card_of, published, touches_of
from khoi.scoring.rules import DAY, Scorecard, Touch, instant, score, value, whole
from khoi.team.rules import Principal

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class LeadRow:
    """``points``: whole points of engagement now, as criteria count them; ``score``: the nearest to show, so that 30
    points do not read 29 a second later; ``course``: the same on each of the last seven days, oldest first."""

    lead: Lead
    points: int
    score: int
    course: tuple[float, ...]
    next_step: Task | None
    last_sign: datetime | None

    @property
    def company(self) -> str:
        return company_of(self.lead)


def company_of(lead: Lead) -> str:
    return lead.account.name if lead.account else lead.company_name


def rows_of(leads: Iterable[Lead], *, actor: Principal, now: datetime) -> list[LeadRow]:
    """The rows of these leads, in their order. ``person`` and ``account`` should have been selected along."""
    leads = list(leads)
    card = engagement_card()
    people = {lead.person_id for lead in leads}
    touches = touches_of(people)
    steps = next_steps((lead.pk for lead in leads), actor)
    signs = _last_signs(people, touches)
    return [
        LeadRow(
            lead,
            whole(engagement := engagement_of(lead, card, now)),
            round(engagement),
            course(touches.get(lead.person_id, ()), card, now),
            steps.get(lead.pk),
            signs.get(lead.person_id),
        )
        for lead in leads
    ]


def engagement_card() -> Scorecard:
    """The scorecard in force without its rules of fit, which no course needs."""
    card = card_of(published())
    return replace(card, rules=tuple(rule for rule in card.rules if rule.axis == "engagement"))


def engagement_of(lead: Lead, card: Scorecard, now: datetime) -> float:
    return value(lead.lasts_until, instant(now), card.half_life)


def course(touches: Iterable[Touch], card: Scorecard, now: datetime) -> tuple[float, ...]:
    """The engagement at the end of each of the last days. Exact, because what a cap takes is settled when earned."""
    lines = [
        (line.occurred_at, line.points_then)
        for line in score(touches, card, {}, now=now).lines
        if line.occurred_at is not None
    ]
    if not lines:
        return ()
    moments = [instant(now) - day * DAY for day in reversed(range(DAYS))]
    return tuple(_worth(lines, moment, card.half_life) for moment in moments)


def _worth(lines: Iterable[tuple[int, float]], moment: int, half_life: int) -> float:
    return round(max(sum(p * exp2((at - moment) / half_life) for at, p in lines if at <= moment), 0.0), 1)


def next_steps(lead_ids: Iterable[int], actor: Principal) -> dict[int, Task]:
    """Lead id → its open task that is due first; those without a date come after."""
    found: dict[int, Task] = {}
    open_tasks = Task.objects.visible_to(actor).filter(lead__in=list(lead_ids), done_at=None)
    for task in sorted(open_tasks, key=lambda task: (task.due_at is None, task.due_at or _EPOCH, task.pk)):
        if task.lead_id is not None:
            found.setdefault(task.lead_id, task)
    return found


def _last_signs(people: set[int], touches: Mapping[int, Iterable[Touch]]) -> dict[int, datetime]:
    """Person id → the last time they and we met, whoever began."""
    met = Activity.objects.filter(person__in=people).exclude(kind="note")
    rows = met.values("person").annotate(at=Max("occurred_at"))
    found: dict[int, datetime] = {row["person"]: row["at"] for row in rows}
    for person_id, theirs in touches.items():
        latest = max((touch.occurred_at for touch in theirs), default=None)
        if latest is not None:
            moment = _EPOCH + timedelta(microseconds=latest)
            found[person_id] = max(moment, found.get(person_id, moment))
    return found
