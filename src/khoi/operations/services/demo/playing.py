"""The stage: what becomes of each lead, from its first day to its last or to today."""

import math
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from django.db.models import Q

from khoi.activities import services as activities
from khoi.history import services as history
from khoi.leads import services as leads
from khoi.leads.models import Lead
from khoi.leads.rules import OPEN_STAGES
from khoi.operations.services.demo import story
from khoi.operations.services.demo.arriving import Reception, Tale
from khoi.operations.services.demo.cast import Casting
from khoi.operations.services.demo.clock import ZONE, Clock, Progress
from khoi.operations.services.demo.desk import Desk
from khoi.operations.services.demo.founding import Firm
from khoi.operations.services.demo.selling import Sales
from khoi.operations.services.demo.story import Door
from khoi.operations.services.demo.traces import Trace
from khoi.qualification import services as qualification
from khoi.routing import services as routing
from khoi.team.rules import PARTNER, Principal

#: Hours between the end of yesterday's work and today.
CLOSED_FOR = 6


class Stage:
    def __init__(self, clock: Clock, casting: Casting, firm: Firm) -> None:
        self.clock, self.random, self.casting, self.firm = clock, clock.random, casting, firm
        self.reception = Reception(clock, casting, firm)
        self.desk = Desk(clock, firm)
        self.sales = Sales(clock, self.desk)
        self._owed: dict[str, float] = {}

    def play(self, count: int, progress: Progress | None) -> None:
        for arrival in self.clock.arrivals(count):
            self.clock.at(arrival, self._arrive)
        self.reception.expect_robots(count // 25)
        self.clock.at(self.clock.today - timedelta(hours=CLOSED_FOR), self._plan_work)
        self.clock.run(progress)

    # -- one lead's life ---------------------------------------------------------------------------------

    def _arrive(self, moment: datetime) -> None:
        tale = self.reception.arrive(moment)
        self._begin(tale, moment)
        if self._happens(0.03, "colleague"):
            self.clock.at(self.clock.soon(moment, days=3), lambda t: self._bring_colleague(tale, t))

    def _begin(self, tale: Tale, moment: datetime) -> None:
        """They are called back; who has more than a passing interest comes back, and is taken on."""
        if self._passes(story.REACHES_MQL, tale.door):
            self.clock.at(self.clock.soon(moment, days=1.5), lambda t: self._warm_up(tale, t))
            self.clock.at(self.clock.soon(moment, days=2), lambda t: self._take(tale, t))
        elif self._happens(0.85, "reminded"):
            self.clock.at(self.clock.soon(moment, days=5), lambda t: self.desk.remind(tale, t))
            self.clock.at(self.clock.soon(moment, days=14), lambda t: self._give_up(tale, t))
        self.clock.at(self.clock.answer_time(moment), lambda t: self.desk.call(tale, t))

    def _bring_colleague(self, tale: Tale, moment: datetime) -> None:
        """A second one of the same firm asks, and turns out to sit at the same phone."""
        if not tale.who.phone or tale.door.source == "purchased_list":
            return
        other = self.reception.receive(self.casting.colleague(tale.who), tale.door, moment)
        self._begin(other, moment)
        phones = (tale.who.phone, other.who.phone)
        at = self.clock.soon(moment, days=1)
        self.clock.at(at, lambda t: self.desk.share_phone(tale, other.lead.person, phones, t))

    def _passes(self, chance: float, door: Door) -> bool:
        """A better door makes each gate wider."""
        return self._happens(chance * math.sqrt(door.quality), f"{chance} {door.source}")

    def _happens(self, chance: float, what: str) -> bool:
        """Chances are kept account of: of a hundred at 0.3 thirty happen, on whatever day the story is told."""
        owed = self._owed.get(what, self.random.random()) + min(chance, 0.97)
        self._owed[what] = owed % 1
        return owed >= 1

    def _warm_up(self, tale: Tale, moment: datetime) -> None:
        """They come back, look around, ask for a price."""
        seen = []
        for number in range(self.random.randint(1, 3)):
            at = moment - timedelta(minutes=4 * number)
            seen += [("pricing_view", "Bảng giá", at), ("page_view", self.random.choice(story.PAGES), at)]
        if tale.door.touch in ("download", "webinar"):
            seen.append((tale.door.touch, _TITLES[tale.door.touch], moment))
        elif self.random.random() < 0.4:
            seen.append(("download", self.random.choice(story.PAPERS), moment))
        if self.random.random() < 0.25:
            seen.append(("email_click", "Bản tin tháng", moment))
        seen.append(("price_request" if tale.door.touch != "price_request" else "demo_request", "", moment))
        self.desk.traces.notice(
            [Trace(tale.lead.person, kind, "website", title, at) for kind, title, at in seen], moment
        )

    def _take(self, tale: Tale, moment: datetime) -> None:
        """Sales accepts the hand-off, calls, asks; or the lead dries up for want of the budget question."""
        if self.desk.decider(tale.lead) is None:
            return
        if not self._happens(story.IS_ACCEPTED, "accepted"):
            self.clock.at(self.clock.soon(moment, days=5), lambda t: self._hand_back(tale, t))
            return
        self._accept(tale, moment)
        if self._passes(story.BECOMES_SQL, tale.door):
            self.clock.at(self.clock.soon(moment, days=14), lambda t: self._ask(tale, t, budget=True))
        else:
            self.clock.at(self.clock.soon(moment, days=4), lambda t: self._ask(tale, t, budget=False))
            self.clock.at(self.clock.soon(moment, days=40), lambda t: self._give_up(tale, t))

    def _accept(self, tale: Tale, moment: datetime) -> None:
        """What a partner brought often goes to a rep, now that it is serious."""
        owner, actor = self.desk.owner(tale.lead), self.desk.decider(tale.lead)
        if actor is None:
            return
        if owner is not None and owner.role == PARTNER and self.random.random() < story.IS_TAKEN_OVER:
            rep = self.random.choice(self.firm.reps_of(self.firm.host))
            routing.assign_lead(tale.lead, owner=self.firm.users[rep.id or 0], by=self.firm.host, now=moment)
            actor = rep
        with history.act("accept_lead", by=actor, now=moment, subject=tale.lead):
            qualification.accept_lead(tale.lead, by=actor, now=moment)
            if self.random.random() < 0.25:
                self.desk.remember(tale, moment, by=actor)

    def _ask(self, tale: Tale, moment: datetime, *, budget: bool) -> None:
        """The talk in which all is said, and the papers sent after it; without the budget nothing comes of it."""
        actor = self.desk.decider(tale.lead)
        if actor is None:
            return
        with history.act("log_activity", by=actor, now=moment, subject=tale.lead.person):
            self.desk.log(tale, "call", "connected", self.random.choice(story.CALLS), by=actor, now=moment)
            self._know(tale, actor, moment, budget=budget)
            answered = 0.4 if budget else 0.15
            self.desk.write(tale, "papers", moment, answered=answered, files=[self.firm.brochure], by=actor)
        if not budget and self.random.random() < 0.3:
            self.clock.at(self.clock.soon(moment, days=9), lambda t: self._stall(tale, t))
        if budget and self._passes(story.IS_CONVERTED, tale.door):
            wins = self._passes(story.IS_WON, tale.door)
            self.clock.at(self.clock.soon(moment, days=3), lambda t: self.sales.convert(tale, t, wins=wins))

    def _stall(self, tale: Tale, moment: datetime) -> None:
        if self.desk.owner(tale.lead) is not None:
            self.desk.receive(tale, "no_budget", moment)

    def _know(self, tale: Tale, actor: Principal, moment: datetime, *, budget: bool) -> None:
        """What the talk brought: the facts, and what the form had not asked."""
        draw, lead, who = self.random, tale.lead, tale.who
        changes = {"industry": who.industry, "region": who.region, "need": lead.need or draw.choice(story.NEEDS)}
        missing = {name: value for name, value in changes.items() if not getattr(lead, name)}
        if missing:
            leads.edit_lead(lead, changes=missing, by=actor, now=moment)
        deadline = (moment + timedelta(days=draw.randint(30, 120))).date()
        common: dict[str, Any] = {"evidence": "Cuộc gọi", "by": actor, "now": moment}
        leads.record_bant(
            lead,
            kind="need",
            text=lead.need,
            impact=draw.choice(story.IMPACTS),
            cost_of_waiting=draw.choice(story.WAITING),
            confidence=3,
            **common,
        )
        leads.record_bant(lead, kind="timing", on_date=deadline, **common)
        if not budget:
            return
        amount = draw.choice(story.AMOUNTS) * 1_000_000
        leads.record_bant(lead, kind="budget", amount=amount, currency="VND", **common)
        role = draw.choice(("decision_maker", "economic_buyer", "influencer", "champion"))
        leads.record_bant(lead, kind="authority", role=role, text=who.full_name, **common)

    # -- out, and back -----------------------------------------------------------------------------------

    def _drop(self, tale: Tale, moment: datetime) -> None:
        actor = self.desk.decider(tale.lead)
        if actor is None or tale.lead.lifecycle_stage == "opportunity":
            return
        qualification.disqualify(tale.lead, reason=self.random.choice(story.DROPPED), by=actor, now=moment)
        if self._happens(0.05, "asks again"):
            self.clock.at(self.clock.soon(moment, days=60), lambda t: self._ask_again(tale, t))

    def _ask_again(self, tale: Tale, moment: datetime) -> None:
        if tale.door.source != "purchased_list":
            self._begin(self.reception.ask_again(tale, moment), moment)

    def _hand_back(self, tale: Tale, moment: datetime) -> None:
        """Back, with a day of return; a deal opened meanwhile keeps the lead."""
        actor = self.desk.decider(tale.lead)
        if actor is None or tale.lead.lifecycle_stage == "opportunity":
            return
        back = moment + timedelta(days=self.random.randint(20, 90))
        day = back.astimezone(ZONE).date()
        qualification.hand_back(tale.lead, reason="timing", note="Hẹn sau", return_on=day, by=actor, now=moment)
        if self._happens(0.5, "returns"):
            self.clock.at(self.clock.soon(back, days=0.5), lambda t: self._return(tale, t))

    def _return(self, tale: Tale, moment: datetime) -> None:
        """On the day agreed upon the lead comes back, and this time the budget is asked for."""
        actor = self.desk.decider(tale.lead, ended=True)
        if actor is None or tale.lead.lifecycle_stage != "recycled":
            return
        with history.act("reopen_lead", by=actor, now=moment, subject=tale.lead):
            qualification.reopen_lead(tale.lead, by=actor, now=moment)
            self.desk.write(tale, "return", moment, answered=0.3, by=actor)
        if self._passes(story.BECOMES_SQL, tale.door):
            self.clock.at(self.clock.soon(moment, days=6), lambda t: self._resume(tale, t))

    def _resume(self, tale: Tale, moment: datetime) -> None:
        if self.desk.owner(tale.lead) is not None:
            self._accept(tale, moment)
            self._ask(tale, moment, budget=True)

    def _give_up(self, tale: Tale, moment: datetime) -> None:
        """Most that dry up are handed back or dropped; a few are simply forgotten."""
        if self._happens(0.4, "put off"):
            self._hand_back(tale, moment)
        elif self._happens(0.83, "dropped"):
            self._drop(tale, moment)

    # -- today -------------------------------------------------------------------------------------------

    def _plan_work(self, moment: datetime) -> None:
        """Yesterday, before going home: next steps for what is open, some of them today; some were for that evening
        still, and are overdue; some deals have none."""
        worked = Q(lifecycle_stage__in=("sal", "sql", "opportunity"), owner__role="rep")
        hosted = Q(lifecycle_stage__in=OPEN_STAGES, owner__role=PARTNER)
        days = cycle((-1, 0, 1, 0, 2, -2, 0, 4, 1, 0, 7, 2))
        for lead in Lead.objects.filter(worked | hosted).select_related("person", "owner").order_by("id"):
            actor, owner = self.desk.owner(lead), lead.owner
            if actor is None or owner is None or self.random.random() < 0.25:
                continue
            day = next(days)
            moment += timedelta(seconds=20)
            due = (self.clock.today + timedelta(days=day)).replace(
                hour=self.random.randrange(8, 17), minute=self.random.choice((0, 15, 30, 45))
            )
            if day < 0:
                due = moment + timedelta(minutes=self.random.choice((30, 45, 60)))
            kind, title = self.random.choice(story.STEPS)
            activities.add_task(title=title, kind=kind, owner=owner, lead=lead, due_at=due, by=actor, now=moment)


_TITLES = {"download": story.PAPERS[0], "webinar": f"Hội thảo {story.WEBINAR}"}
