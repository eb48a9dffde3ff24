"""The stage: a clock that jumps from event to event, and what happens at each."""

import heapq
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from khoi.activities import services as activities
from khoi.history import services as history
from khoi.history.rules.actors import SYSTEM, VISITOR, Actor
from khoi.leads import services as leads
from khoi.leads.models import Lead
from khoi.leads.rules import ENDED
from khoi.lifecycle import services as lifecycle
from khoi.lifecycle.services import ConsentGiven, Enquiry
from khoi.operations.services.demo import story
from khoi.operations.services.demo.cast import Casting, Persona
from khoi.operations.services.demo.story import Door
from khoi.people.models import Person
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import Opportunity
from khoi.qualification import services as qualification
from khoi.team.models import User
from khoi.team.queries import principal_of
from khoi.team.rules import Principal
from khoi.touchpoints import services as touchpoints
from khoi.workspace import queries as workspace

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
#: Days before today in which every call is its own entry.
LATELY = 60
Event = Callable[[datetime], None]


class Stage:
    def __init__(
        self,
        random: Random,
        casting: Casting,
        users: Mapping[str, tuple[User, str]],
        *,
        start: datetime,
        now: datetime,
    ) -> None:
        self.random, self.casting, self.start, self.now = random, casting, start, now
        self.actors: dict[int, Principal] = {u.pk: principal_of(u, via="web") for u, _ in users.values()}
        self.users = {u.pk: u for u, _ in users.values()}
        self._events: list[tuple[datetime, int, Event]] = []
        self._diaries: dict[tuple[Any, int | None], list[Event]] = {}
        self._count = 0

    # -- the clock ---------------------------------------------------------------------------------------

    def at(self, moment: datetime, event: Event) -> None:
        """What would happen after today does not happen."""
        if moment < self.now:
            heapq.heappush(self._events, (moment, self._count, event))
            self._count += 1

    def play(self, count: int, progress: Callable[[int, int], None] | None) -> None:
        for arrival in self._arrivals(count):
            self.at(arrival, self._arrive)
        done = 0
        while self._events:
            moment, _, event = heapq.heappop(self._events)
            event(moment)
            done += 1
            if progress and done % 100 == 0:
                progress(done, done + len(self._events))
        self._plan_work()

    def _arrivals(self, count: int) -> list[datetime]:
        """More each month, mostly in working hours, some this morning."""
        span = (self.now - self.start).total_seconds()
        moments = [self.start + timedelta(seconds=span * self.random.random() ** 0.8) for _ in range(count - 8)]
        fresh = [self.now - timedelta(minutes=self.random.uniform(3, 300)) for _ in range(8)]
        return sorted([*(self._office(moment) for moment in moments), *fresh])

    def _office(self, moment: datetime) -> datetime:
        """The same week, at an hour when people write to firms."""
        local = moment.astimezone(ZONE)
        if local.weekday() > 4 and self.random.random() < 0.8:
            local -= timedelta(days=local.weekday() - 4)
        hour = min(max(self.random.gauss(11.5, 3), 6.5), 22)
        local = local.replace(hour=int(hour), minute=self.random.randrange(60), second=self.random.randrange(60))
        return min(local, self.now - timedelta(minutes=2))

    def _soon(self, moment: datetime, *, days: float) -> datetime:
        """About so many days later, in office hours."""
        later = moment + timedelta(days=max(self.random.gauss(days, days / 2), 0.02))
        local = later.astimezone(ZONE)
        if local.weekday() > 4:
            local += timedelta(days=7 - local.weekday())
        if not 8 <= local.hour < 17:
            local = local.replace(hour=self.random.randrange(8, 17), minute=self.random.randrange(60))
        return max(local, moment + timedelta(minutes=5))

    def _answer_time(self, moment: datetime) -> datetime:
        """Mostly within the promised half hour, sometimes hours late, in office hours."""
        minutes = min(self.random.lognormvariate(2.9, 0.9), 900)
        return workspace.after_working_minutes(moment, int(minutes) + 1)

    def _note(self, moment: datetime, actor: Actor, deed: Event) -> None:
        """Long ago, calls and visits were entered together at the end of the day; lately each at once."""
        if self.now - moment < timedelta(days=LATELY):
            deed(moment)
            return
        evening = moment.astimezone(ZONE).replace(hour=23, minute=30, second=0, microsecond=0)
        diary = self._diaries.setdefault((evening, actor.id), [])
        diary.append(deed)
        if len(diary) == 1:
            self.at(max(evening, moment), lambda t: self._write_down(evening, actor, t))

    def _write_down(self, evening: datetime, actor: Actor, moment: datetime) -> None:
        with history.act("log_day", by=actor, now=moment):
            for deed in self._diaries.pop((evening, actor.id)):
                deed(moment)

    # -- one lead's life ---------------------------------------------------------------------------------

    def _arrive(self, moment: datetime) -> None:
        door = self.random.choices(story.DOORS, [d.weight for d in story.DOORS])[0]
        persona = self.casting.persona()
        stranger = door.channel in ("website", "ads", "facebook")
        captured = lifecycle.capture_lead(
            self._enquiry(persona, door, claimed=stranger), by=VISITOR if stranger else SYSTEM, now=moment
        )
        lead, person = captured.lead, captured.person
        if self._passes(story.REACHES_MQL, door):
            self.at(self._soon(moment, days=1.5), lambda t: self._warm_up(person, door, t))
            self.at(self._soon(moment, days=2), lambda t: self._take(lead, door, t))
        elif self.random.random() < 0.85:
            self.at(self._soon(moment, days=4), lambda t: self._call(lead, t, outcome="no_answer"))
            self.at(self._soon(moment, days=14), lambda t: self._give_up(lead, t))
        self.at(self._answer_time(moment), lambda t: self._call(lead, t, outcome=self._outcome()))

    def _enquiry(self, who: Persona, door: Door, *, claimed: bool) -> Enquiry:
        bare = door.source == "purchased_list"
        wording = "Hãy gọi và gửi email cho tôi về yêu cầu này. Tôi có thể rút lại bất cứ lúc nào."
        return Enquiry(
            full_name=who.full_name,
            emails=() if bare and self.random.random() < 0.5 else (who.email,),
            phones=() if bare else (who.phone,),
            job_title=who.job_title,
            company_name=who.company,
            industry=who.industry,
            employees=who.employees,
            region=who.region,
            need="" if bare else self.random.choice(story.NEEDS),
            message="" if bare else self.random.choice(story.MESSAGES),
            source=door.source,
            channel=door.channel,
            landing_page="/bang-gia" if door.touch == "price_request" else "/",
            touch_kind=door.touch,
            touch_title="Kho thông minh" if door.touch in ("webinar", "event") else "",
            consents=(ConsentGiven("answer", wording, 1, "vi"),) if claimed else (),
            claimed=claimed,
        )

    def _passes(self, chance: float, door: Door) -> bool:
        return self.random.random() < min(chance * math.sqrt(door.quality), 0.97)

    def _warm_up(self, person: Person, door: Door, moment: datetime) -> None:
        """They come back, look around, ask for a price."""
        visits = []
        for number in range(self.random.randint(1, 3)):
            at = moment - timedelta(minutes=4 * number)
            visits += [("pricing_view", "Bảng giá", at, True), ("page_view", self.random.choice(story.PAGES), at, True)]
        if self.random.random() < 0.4:
            visits.append(("download", self.random.choice(story.PAPERS), moment, True))
        if self.random.random() < 0.25:
            visits.append(("email_click", "Bản tin tháng", moment, self.random.random() < 0.5))
        visits.append(("price_request" if door.touch != "price_request" else "demo_request", "", moment, True))
        self._note(moment, VISITOR, lambda t: self._visit(person, visits, t))

    def _visit(self, person: Person, visits: list[tuple[str, str, datetime, bool]], moment: datetime) -> None:
        with history.act("record_visit", by=VISITOR, now=moment):
            for kind, title, at, human in visits:
                touchpoints.record_touchpoint(
                    person,
                    kind=kind,
                    channel="website",
                    title=title,
                    is_human=human,
                    occurred_at=at,
                    by=VISITOR,
                    now=moment,
                )

    def _take(self, lead: Lead, door: Door, moment: datetime) -> None:
        """Sales accepts the hand-off, calls, asks; or the lead dries up for want of the budget question."""
        actor = self._owner(lead)
        if actor is None:
            return
        if self.random.random() > story.IS_ACCEPTED:
            self.at(self._soon(moment, days=5), lambda t: self._hand_back(lead, t))
            return
        self._note(moment, actor, lambda t: self._accept(lead, actor, t))
        if self._passes(story.BECOMES_SQL, door):
            self.at(self._soon(moment, days=3), lambda t: self._ask_everything(lead, door, t))
        else:
            self.at(self._soon(moment, days=4), lambda t: self._ask_half(lead, t))
            self.at(self._soon(moment, days=40), lambda t: self._give_up(lead, t))

    def _accept(self, lead: Lead, actor: Principal, moment: datetime) -> None:
        if self._owner(lead) is not None:
            qualification.accept_lead(lead, by=actor, now=moment)

    def _ask_everything(self, lead: Lead, door: Door, moment: datetime) -> None:
        actor = self._owner(lead)
        if actor is None:
            return
        with history.act("log_activity", by=actor, now=moment, subject=lead.person):
            self._log(lead, "call", "connected", self.random.choice(story.CALLS), actor, moment)
            self._know(lead, actor, moment, budget=True)
        if self._passes(story.IS_CONVERTED, door):
            self.at(self._soon(moment, days=3), lambda t: self._convert(lead, door, t))

    def _ask_half(self, lead: Lead, moment: datetime) -> None:
        actor = self._owner(lead)
        if actor is None:
            return
        with history.act("log_activity", by=actor, now=moment, subject=lead.person):
            self._log(lead, "call", "connected", self.random.choice(story.CALLS), actor, moment)
            self._know(lead, actor, moment, budget=False)

    def _know(self, lead: Lead, actor: Principal, moment: datetime, *, budget: bool) -> None:
        draw = self.random
        deadline = (moment + timedelta(days=draw.randint(30, 120))).date()
        common: dict[str, Any] = {"evidence": "Cuộc gọi", "by": actor, "now": moment}
        leads.record_bant(
            lead,
            kind="need",
            text=lead.need or draw.choice(story.NEEDS),
            impact=draw.choice(story.IMPACTS),
            cost_of_waiting=draw.choice(story.WAITING),
            confidence=3,
            **common,
        )
        leads.record_bant(lead, kind="timing", on_date=deadline, **common)
        if not budget:
            return
        amount = draw.choice((60, 95, 130, 180, 210, 240, 320, 380, 450, 610, 720, 860)) * 1_000_000
        leads.record_bant(lead, kind="budget", amount=amount, currency="VND", **common)
        role = draw.choice(("decision_maker", "economic_buyer", "influencer", "champion"))
        leads.record_bant(lead, kind="authority", role=role, text=f"{lead.person.full_name}", **common)

    def _convert(self, lead: Lead, door: Door, moment: datetime) -> None:
        actor = self._owner(lead)
        if actor is None:
            return
        deal = lifecycle.convert_lead(lead, by=actor, now=moment).opportunity
        wins = self._passes(story.IS_WON, door)
        at, ends = moment, len(story.DEAL_STEPS) if wins else self.random.randint(1, len(story.DEAL_STEPS))
        for code, days in story.DEAL_STEPS[:ends]:
            at = self._soon(at, days=days)
            self.at(at, lambda t, code=code: self._move(deal, code, t))  # type: ignore[misc]
        at = self._soon(at, days=10)
        if wins:
            self.at(at, lambda t: self._move(deal, "closed_won", t))
        else:
            self.at(self._soon(at, days=14), lambda t: self._move(deal, "closed_lost", t, story.LOST))

    def _move(self, deal: Opportunity, code: str, moment: datetime, reasons: tuple[str, ...] = ()) -> None:
        lead = deal.lead
        actor = self._owner(lead, ended=True) if lead else None
        if actor is None or lead is None:
            return
        reason = self.random.choice(reasons) if reasons else ""
        talk = None
        if not reason and self.random.random() < 0.6:
            kind, outcome = self.random.choice((("meeting", "held"), ("call", "connected"), ("email", "done")))
            talk = (kind, outcome, self.random.choice(story.CALLS))
        self._note(moment, actor, lambda t: self._step(deal, lead, code, reason, talk, actor, t, at=moment))

    def _step(
        self,
        deal: Opportunity,
        lead: Lead,
        code: str,
        reason: str,
        talk: tuple[str, str, str] | None,
        actor: Principal,
        moment: datetime,
        *,
        at: datetime,
    ) -> None:
        with history.act("move_opportunity", by=actor, now=moment, occurred_at=at, subject=deal):
            pipeline.move_opportunity(deal, stage=code, reason=reason, occurred_at=at, by=actor, now=moment)
            if talk is not None:
                self._log(lead, *talk, actor, moment, at=at)

    # -- small deeds -------------------------------------------------------------------------------------

    def _owner(self, lead: Lead, *, ended: bool = False) -> Principal | None:
        """Who has the lead now; None when it ended meanwhile."""
        lead.refresh_from_db(fields=["owner", "lifecycle_stage", "work_status", "accepted_at"])
        if lead.owner_id is None or (lead.lifecycle_stage in ENDED and not ended):
            return None
        return self.actors.get(lead.owner_id)

    def _outcome(self) -> str:
        return self.random.choices(("connected", "no_answer", "busy", "left_message"), (5, 3, 1, 1))[0]

    def _call(self, lead: Lead, moment: datetime, *, outcome: str) -> None:
        actor = self._owner(lead)
        if actor is None:
            return
        body = self.random.choice(story.CALLS) if outcome == "connected" else ""
        self._note(moment, actor, lambda t: self._log(lead, "call", outcome, body, actor, t, at=moment))

    def _log(
        self,
        lead: Lead,
        kind: str,
        outcome: str,
        body: str,
        actor: Principal,
        moment: datetime,
        *,
        at: datetime | None = None,
    ) -> None:
        activities.log_activity(
            lead.person, kind=kind, lead=lead, outcome=outcome, body=body, occurred_at=at, by=actor, now=moment
        )

    def _drop(self, lead: Lead, moment: datetime) -> None:
        if (actor := self._owner(lead)) is not None and lead.lifecycle_stage != "opportunity":
            reason = self.random.choice(story.DROPPED)
            self._note(moment, actor, lambda t: self._leave(lead, reason, None, actor, t))

    def _hand_back(self, lead: Lead, moment: datetime) -> None:
        if (actor := self._owner(lead)) is None or lead.lifecycle_stage == "opportunity":
            return
        day = (moment + timedelta(days=self.random.randint(20, 90))).date()
        self._note(moment, actor, lambda t: self._leave(lead, "timing", day, actor, t))

    def _leave(self, lead: Lead, reason: str, day: date | None, actor: Principal, moment: datetime) -> None:
        """Out, or back with a day of return; a deal opened meanwhile keeps the lead."""
        if self._owner(lead) is None or lead.lifecycle_stage == "opportunity":
            return
        if day is None:
            qualification.disqualify(lead, reason=reason, by=actor, now=moment)
        elif day > workspace.today(moment):
            qualification.hand_back(lead, reason=reason, note="Hẹn sau", return_on=day, by=actor, now=moment)

    def _give_up(self, lead: Lead, moment: datetime) -> None:
        """Most that dry up are handed back or dropped; a few are simply forgotten."""
        chance = self.random.random()
        if chance < 0.4:
            self._hand_back(lead, moment)
        elif chance < 0.9:
            self._drop(lead, moment)

    # -- today -------------------------------------------------------------------------------------------

    def _plan_work(self) -> None:
        """Next steps for what is open, some of them today, some overdue; some deals have none."""
        open_leads = Lead.objects.filter(lifecycle_stage__in=("sal", "sql", "opportunity"), owner__role="rep")
        for lead in open_leads.select_related("person", "owner").order_by("id"):
            actor, owner = self._owner(lead), lead.owner
            if actor is None or owner is None or self.random.random() < 0.25:
                continue
            day = self.random.choices((-2, -1, 0, 1, 2, 4, 7), (1, 1, 4, 3, 2, 2, 2))[0]
            local = (self.now + timedelta(days=day)).astimezone(ZONE)
            due = local.replace(hour=self.random.randrange(8, 17), minute=self.random.choice((0, 15, 30, 45)), second=0)
            activities.add_task(
                title=self.random.choice(story.STEPS),
                kind=self.random.choice(("call", "meeting", "email", "task")),
                owner=owner,
                lead=lead,
                due_at=due,
                by=actor,
                now=self.now,
            )
