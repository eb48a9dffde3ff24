"""The work queue: every reason to get in touch now, found over leads, tasks and deals, and put in order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, Max, OuterRef, Q

from khoi.activities.models import TOUCHES, Activity, Task
from khoi.home.queries.rows import LeadRow, engagement_card, rows_of
from khoi.home.rules.ordering import Call, Place, arrange
from khoi.kit import periods
from khoi.leads.models import Lead, LeadSet, Stage, Temperature
from khoi.leads.rules import OPEN_STAGES
from khoi.lifecycle.queries.facts import ANSWERS
from khoi.lifecycle.queries.gates import standings_of
from khoi.lifecycle.queries.ground import Ground, ground
from khoi.people.models import ContactPoint
from khoi.pipeline.models import Opportunity
from khoi.scoring.rules import bound, instant
from khoi.team.rules import Principal
from khoi.touchpoints.models import Touchpoint

MOST: Final = 60  # of each reason; nobody works through more in a day
REPLY_DAYS: Final = 7
COOL_MARK: Final = 40  # points under which engagement counts as cooled, the mark of the MQL gate


@dataclass(frozen=True, slots=True)
class Sign:
    """What they did last: a kind of touch, its title and words."""

    kind: str
    title: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the queue. Of ``row``, ``task`` and ``deal`` at least one is there; ``missing``: fields of the SQL
    gate that are not met; ``phone`` and ``email``: the ways to reach them, "" for none."""

    reason: str
    band: str
    also: tuple[str, ...]
    row: LeadRow | None
    task: Task | None
    deal: Opportunity | None
    sign: Sign | None
    missing: tuple[str, ...]
    phone: str
    email: str

    @property
    def person_id(self) -> int | None:
        if self.row is not None:
            return self.row.lead.person_id
        return self.deal.person_id if self.deal is not None else self.task.person_id if self.task else None


@dataclass(frozen=True, slots=True)
class Queue:
    lines: tuple[Line, ...]
    total: int


def queue_of(actor: Principal, *, whose: str, now: datetime, most: int = 12) -> Queue:
    """The first ``most`` lines for one's own leads ("mine") or for all one sees ("all")."""
    found = _Found(actor, whose, now)
    places = arrange(found.calls())
    shown = places[:most]
    leads = found.leads_of([place.call.subject for place in shown])
    rows = {row.lead.pk: row for row in rows_of(leads.values(), actor=actor, now=now)}
    people = {lead.person_id for lead in leads.values()} | {deal.person_id for deal in found.deals.values()}
    people |= {task.person_id for task in found.tasks.values() if task.person_id}
    found.look_closer(leads, shown)
    reach, signs = _reach(people), _signs(people)
    lines = []
    for place in shown:
        kind, pk = place.call.subject
        row = rows.get(pk) if kind == "lead" else None
        task = found.task_of_lead.get(pk) if kind == "lead" else found.tasks.get(pk) if kind == "task" else None
        deal = found.deals.get(pk) if kind == "deal" else None
        person = row.lead.person_id if row else deal.person_id if deal else task.person_id if task else None
        ways = reach.get(person or 0, {})
        lines.append(
            Line(
                place.call.reason,
                place.band,
                place.also,
                row,
                task,
                deal,
                signs.get(person or 0),
                found.missing.get(pk, ()) if kind == "lead" else (),
                ways.get("phone", ""),
                ways.get("email", ""),
            )
        )
    return Queue(tuple(lines), len(places))


class _Found:
    """What each of the questions finds; a handful of queries, whatever the number of leads."""

    def __init__(self, actor: Principal, whose: str, now: datetime) -> None:
        self.actor, self.now = actor, now
        self.stands: Ground = ground()
        mine = Q(owner=actor.id) if whose == "mine" else Q()
        self.open: LeadSet = Lead.objects.visible_to(actor).filter(mine, lifecycle_stage__in=OPEN_STAGES)
        self.all: LeadSet = Lead.objects.visible_to(actor).filter(mine)
        planned = Task.objects.filter(lead=OuterRef("pk"), done_at=None, due_at__gt=now)
        #: One's own leads that wait for a step one has planned; who leads others is told of them all the same.
        self.later = Exists(planned) if whose == "mine" else Exists(Task.objects.none())
        self.own_tasks = Task.objects.visible_to(actor).filter(mine, done_at=None)
        self.own_deals = Opportunity.objects.visible_to(actor).filter(mine)
        self.tasks: dict[int, Task] = {}
        self.task_of_lead: dict[int, Task] = {}
        self.deals: dict[int, Opportunity] = {}
        self.missing: dict[int, tuple[str, ...]] = {}
        self.known: dict[int, Lead] = {}

    def calls(self) -> list[Call]:
        return [
            *self._clocks(),
            *self._replies(),
            *self._tasks(),
            *self._hot(),
            *self._returned(),
            *self._one_short(),
            *self._still(),
            *self._cooling(),
        ]

    def leads_of(self, subjects: Iterable[tuple[str, int]]) -> dict[int, Lead]:
        wanted = {pk for kind, pk in subjects if kind == "lead"}
        rows = Lead.objects.visible_to(self.actor).filter(pk__in=wanted)
        return {lead.pk: lead for lead in rows.select_related("person", "account", "source", "owner")}

    def look_closer(self, leads: Mapping[int, Lead], places: Sequence[Place]) -> None:
        """What the first line's lead lacks for SQL, when no other question has asked already."""
        kind, pk = places[0].call.subject if places else ("", 0)
        if kind == "lead" and pk in leads and pk not in self.missing:
            standing = standings_of([leads[pk]], now=self.now, stands=self.stands)[pk]
            self.missing[pk] = standing.missing_for(Stage.SQL)

    def _clocks(self) -> Iterable[Call]:
        """Of those too late the freshest first: they may still be waiting."""
        running = self.open.filter(~self.later, responded_at=None, respond_by__isnull=False).order_by("-respond_by")[
            :MOST
        ]
        promised = timedelta(minutes=self.stands.workspace.response_minutes if self.stands.workspace else 30)
        for pk, respond_by in running.values_list("pk", "respond_by"):
            left = (respond_by or self.now) - self.now
            reason = "late" if left <= timedelta(0) else "soon" if left <= promised else "waiting"
            yield Call(("lead", pk), reason, abs(left.total_seconds()))

    def _replies(self) -> Iterable[Call]:
        """They wrote, called or came last, and since then nobody of ours got in touch."""
        since = self.now - timedelta(days=REPLY_DAYS)
        theirs = Touchpoint.objects.filter(person=OuterRef("person"), kind__in=ANSWERS - {"webinar", "event"})
        spoken = Activity.objects.filter(person=OuterRef("person"), kind__in=TOUCHES, direction="out")
        rows = (
            self.open.filter(~self.later, person__touchpoints__kind__in=ANSWERS - {"webinar", "event"})
            .filter(person__touchpoints__occurred_at__gte=since, person__touchpoints__is_human=True)
            .annotate(
                asked=theirs.filter(is_human=True).values("person").annotate(at=Max("occurred_at")).values("at"),
                spoken=spoken.values("person").annotate(at=Max("occurred_at")).values("at"),
            )
            .filter(spoken__isnull=False, asked__gt=F("spoken"), responded_at__isnull=False)
            .order_by("asked", "pk")
            .values_list("pk", "asked")
            .distinct()[:MOST]
        )
        for pk, asked in rows:
            yield Call(("lead", pk), "replied", instant(asked))

    def _tasks(self) -> Iterable[Call]:
        """Due by the end of today; the first of a lead speaks for it."""
        zone: ZoneInfo = self.stands.zone
        _start, end = periods.instants(periods.day(periods.today(self.now, zone)), zone)
        due = (
            self.own_tasks.filter(due_at__lt=end).select_related("person", "lead__account", "owner").order_by("due_at")
        )
        for task in due[: 2 * MOST]:
            when = task.due_at or self.now
            reason = "overdue" if when < self.now else "due"
            if task.lead_id is not None:
                self.task_of_lead.setdefault(task.lead_id, task)
                yield Call(("lead", task.lead_id), reason, instant(when))
            else:
                self.tasks[task.pk] = task
                yield Call(("task", task.pk), reason, instant(when))

    def _hot(self) -> Iterable[Call]:
        planned = Task.objects.filter(lead=OuterRef("pk"), done_at=None)
        hot = self.open.filter(~Exists(planned), temperature=Temperature.HOT).exclude(lifecycle_stage=Stage.OPPORTUNITY)
        for pk, lasts in hot.order_by("-lasts_until").values_list("pk", "lasts_until")[:MOST]:
            yield Call(("lead", pk), "hot", -(lasts or 0))

    def _returned(self) -> Iterable[Call]:
        today = periods.today(self.now, self.stands.zone)
        back = self.all.filter(lifecycle_stage=Stage.RECYCLED, return_on__lte=today).order_by("return_on")
        for pk, day in back.values_list("pk", "return_on")[:MOST]:
            yield Call(("lead", pk), "returned", day.toordinal() if day else 0)

    def _one_short(self) -> Iterable[Call]:
        """Handed over or taken, and a single fact of the SQL gate is not known."""
        near = self.open.filter(~self.later, lifecycle_stage__in=(Stage.MQL, Stage.SAL)).select_related(
            "person", "source"
        )
        leads = list(near.order_by("-lasts_until", "-id")[:MOST])
        for pk, standing in standings_of(leads, now=self.now, stands=self.stands).items():
            missing = standing.missing_for(Stage.SQL)
            self.missing[pk] = missing
            if len(missing) == 1:
                yield Call(("lead", pk), "one_short", -standing.score.engagement)

    def _still(self) -> Iterable[Call]:
        """Longer in their stage than its deals usually take."""
        rotting = self.own_deals.filter(stage__kind="open", stage__rot_days__isnull=False).select_related(
            "stage", "person", "account"
        )
        for deal in rotting.order_by("entered_stage_at", "id")[: 3 * MOST]:
            if (self.now - deal.entered_stage_at).days >= (deal.stage.rot_days or 0):
                self.deals[deal.pk] = deal
                yield Call(("deal", deal.pk), "still", instant(deal.entered_stage_at))

    def _cooling(self) -> Iterable[Call]:
        """Fell under the mark within the last week, and for a week nobody got in touch."""
        half_life = engagement_card().half_life
        week = self.now - timedelta(days=7)
        above = bound(COOL_MARK, instant(week), half_life)
        below = bound(COOL_MARK, instant(self.now), half_life)
        touched = Activity.objects.filter(person=OuterRef("person"), kind__in=TOUCHES, occurred_at__gte=week)
        cool = self.open.filter(~self.later, ~Exists(touched), lasts_until__gte=above, lasts_until__lt=below)
        for pk, lasts in cool.order_by("-lasts_until").values_list("pk", "lasts_until")[:MOST]:
            yield Call(("lead", pk), "cooling", -(lasts or 0))


def _reach(people: set[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for point in ContactPoint.objects.filter(person__in=people, is_primary=True):
        found.setdefault(point.person_id, {})[point.kind] = point.normal
    return found


def _signs(people: set[int]) -> dict[int, Sign]:
    """Person id → what they did last, machines left out."""
    newest = Touchpoint.objects.filter(person=OuterRef("person"), is_human=True).order_by("-occurred_at", "-id")
    rows = Touchpoint.objects.filter(person__in=people, pk=newest.values("pk")[:1])
    return {row.person_id: Sign(row.kind, row.title, row.detail, row.occurred_at) for row in rows}
