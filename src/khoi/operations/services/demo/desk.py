"""A rep's desk: calls, meetings, notes and letters, in both directions. What belongs together is one act: a call that
nobody answered and the letter after it, a stage of a deal with the talk and the letter that go with it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from khoi.activities import services as activities
from khoi.history import services as history
from khoi.history.rules.actors import VISITOR
from khoi.leads.models import Lead
from khoi.leads.rules import ENDED
from khoi.operations.services.demo import story
from khoi.operations.services.demo.arriving import Tale
from khoi.operations.services.demo.clock import ZONE, Clock
from khoi.operations.services.demo.founding import Firm
from khoi.operations.services.demo.letters import letter
from khoi.operations.services.demo.traces import Trace, Traces
from khoi.people import services as people
from khoi.people.models import Person
from khoi.team.rules import PARTNER, Principal
from khoi.touchpoints import services as touchpoints
from khoi.workspace.models import File


class Desk:
    def __init__(self, clock: Clock, firm: Firm) -> None:
        self.clock, self.random, self.firm = clock, clock.random, firm
        self.traces = Traces(clock)

    def owner(self, lead: Lead, *, ended: bool = False) -> Principal | None:
        """Who has the lead now; None when it ended meanwhile."""
        lead.refresh_from_db(fields=["owner", "lifecycle_stage", "work_status", "accepted_at"])
        if lead.owner_id is None or (lead.lifecycle_stage in ENDED and not ended):
            return None
        return self.firm.actors.get(lead.owner_id)

    def decider(self, lead: Lead, *, ended: bool = False) -> Principal | None:
        """Who says what becomes of it: the owner, or the manager who looks after the partners."""
        owner = self.owner(lead, ended=ended)
        return self.firm.host if owner is not None and owner.role == PARTNER else owner

    def log(
        self,
        tale: Tale,
        kind: str,
        outcome: str,
        body: str,
        *,
        by: Principal,
        now: datetime,
        direction: str = "out",
        files: Iterable[File] = (),
    ) -> None:
        activities.log_activity(
            tale.lead.person,
            kind=kind,
            lead=tale.lead,
            outcome=outcome,
            body=body,
            direction=direction,
            files=files,
            by=by,
            now=now,
        )

    # -- talking -----------------------------------------------------------------------------------------

    def call(self, tale: Tale, moment: datetime) -> None:
        """Who was not reached gets a letter."""
        said = self.random.choices(("connected", "no_answer", "busy", "left_message"), (5, 3, 1, 1))[0]
        if said == "connected":
            self._call(tale, said, self.random.choice(story.CALLS), moment)
        else:
            self._call(tale, said, "", moment, followed_by="hello" if self.random.random() < 0.6 else "", answered=0.3)

    def remind(self, tale: Tale, moment: datetime) -> None:
        self._call(tale, "no_answer", "", moment, followed_by="reminder")

    def _call(
        self, tale: Tale, outcome: str, body: str, moment: datetime, *, followed_by: str = "", answered: float = 0
    ) -> None:
        if (actor := self.owner(tale.lead)) is None:
            return
        with history.act("log_activity", by=actor, now=moment, subject=tale.lead.person):
            self.log(tale, "call", outcome, body, by=actor, now=moment)
            if followed_by:
                self.write(tale, followed_by, moment, answered=answered, by=actor)

    def remember(self, tale: Tale, moment: datetime, *, by: Principal) -> None:
        words = self.random.choice((*(("note", "", said) for said in story.NOTES), story.NO_SHOW))
        self.log(tale, *words, by=by, now=moment)

    def share_phone(self, tale: Tale, other: Person, phones: tuple[str, ...], moment: datetime) -> None:
        """The second one reached by the first one's phone: the number of their office."""
        if (actor := self.decider(tale.lead)) is None:
            return
        body = f"Gọi chung máy với {tale.who.full_name}, số này của văn phòng."
        with history.act("log_activity", by=actor, now=moment, subject=other):
            people.edit_person(other, changes={"phones": phones}, by=actor, now=moment)
            activities.log_activity(other, kind="note", body=body, by=actor, now=moment)

    # -- letters -----------------------------------------------------------------------------------------

    def write(
        self,
        tale: Tale,
        occasion: str,
        moment: datetime,
        *,
        answered: float = 0,
        files: Iterable[File] = (),
        by: Principal | None = None,
        **words: str,
    ) -> None:
        """One to the customer, read by most; ``answered``: the chance that they write back within days."""
        actor = by or self.owner(tale.lead, ended=True)
        if actor is None or tale.lead.lifecycle_stage == "disqualified":
            return
        text = letter(occasion, {**self._words(tale, actor, moment), **words}, self.random)
        self.log(tale, "email", "", text, by=actor, now=moment, files=files)
        if self.random.random() < answered:
            hours = self.random.choice((2, 5, 20, 27, 44, 70))
            back = self.clock.soon(moment + timedelta(hours=hours), days=0.2)
            self.clock.at(back, lambda t: self.receive(tale, occasion, t))
        elif self.random.random() < 0.4:
            touch = "email_open" if self.random.random() < 0.7 else "email_click"
            self.clock.at(moment + timedelta(hours=3), lambda t: self._read(tale, touch, text, t))

    def receive(self, tale: Tale, occasion: str, moment: datetime, *, by: Principal | None = None) -> None:
        actor = by or self.owner(tale.lead, ended=True)
        if actor is None:
            return
        text = letter(occasion, self._words(tale, actor, moment), self.random, received=True)
        person = tale.lead.person
        with history.act("log_activity", by=actor, now=moment, subject=person):
            self.log(tale, "email", "", text, by=actor, now=moment, direction="in")
            touchpoints.record_touchpoint(
                person, kind="email_reply", channel="email", title=_subject(text), by=VISITOR, now=moment
            )

    def _read(self, tale: Tale, kind: str, text: str, moment: datetime) -> None:
        """Some mail programs open every letter by themselves."""
        is_human = kind != "email_open" or moment.minute % 4 > 0
        self.traces.notice([Trace(tale.lead.person, kind, "email", _subject(text), moment, is_human)], moment)

    def _words(self, tale: Tale, actor: Principal, moment: datetime) -> dict[str, str]:
        who, writer = tale.who, self.firm.users[actor.id or 0]
        day, need = self.clock.soon(moment, days=4).astimezone(ZONE), tale.lead.need or story.NEEDS[0]
        return {
            "you": who.you,
            "name": who.given_name,
            "me": writer.full_name.split()[-1],
            "company": who.company,
            "need": need[:1].lower() + need[1:],
            "day": f"{_WEEKDAYS[day.weekday()]} {day:%d/%m}",
        }


def _subject(text: str) -> str:
    return text.partition("\n")[0]


_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
