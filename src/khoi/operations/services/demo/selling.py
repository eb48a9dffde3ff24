"""How a deal goes on: from stage to stage with talks, letters and quotes, to its end, and sometimes back again."""

from datetime import datetime, timedelta

from khoi.history import services as history
from khoi.kit.money import Money, show_money
from khoi.lifecycle import services as lifecycle
from khoi.operations.services.demo import story
from khoi.operations.services.demo.arriving import Tale
from khoi.operations.services.demo.clock import ZONE, Clock
from khoi.operations.services.demo.desk import Desk
from khoi.operations.services.demo.letters import quote
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import Opportunity
from khoi.team.rules import Principal
from khoi.workspace import services as workspace
from khoi.workspace.models import File

#: Stage → the letter that goes with it, and how often it is answered.
LETTERS = {"needs_analysis": ("demo", 0.6), "proposal": ("quote", 0.7), "negotiation": ("contract", 0.6)}
#: kind, outcome and words of the talk that moves a deal on.
TALKS = (
    ("meeting", "held", story.MEETINGS),
    ("visit", "held", story.MEETINGS),
    ("call", "connected", story.CALLS),
)


class Sales:
    def __init__(self, clock: Clock, desk: Desk) -> None:
        self.clock, self.random, self.desk = clock, clock.random, desk

    def convert(self, tale: Tale, moment: datetime, *, wins: bool) -> None:
        actor = self.desk.owner(tale.lead)
        if actor is None:
            return
        self.clock.note(moment, lambda t: self._open(tale, actor, t, wins=wins))

    def _open(self, tale: Tale, actor: Principal, moment: datetime, *, wins: bool) -> None:
        if self.desk.owner(tale.lead) is None:
            return
        deal = lifecycle.convert_lead(tale.lead, by=actor, now=moment).opportunity
        steps = story.DEAL_STEPS if wins else story.DEAL_STEPS[: self.random.randint(1, len(story.DEAL_STEPS))]
        at = moment
        for code, days in steps:
            at = self.clock.soon(at, days=days)
            self.clock.at(at, lambda t, code=code: self._advance(tale, deal, code, t))  # type: ignore[misc]
        if wins:
            self.clock.at(self.clock.soon(at, days=10), lambda t: self._win(tale, deal, t))
        elif self.random.random() > story.IS_FORGOTTEN or self.clock.today - moment > timedelta(days=180):
            self.clock.at(self.clock.soon(at, days=22), lambda t: self._lose(tale, deal, t))

    def _advance(self, tale: Tale, deal: Opportunity, code: str, moment: datetime) -> None:
        talk = None
        if self.random.random() < 0.6:
            kind, outcome, words = self.random.choice(TALKS)
            talk = (kind, outcome, self.random.choice(words))
        self._move(tale, deal, code, moment, talk=talk)
        if code in LETTERS:
            occasion, answered = LETTERS[code]
            self.clock.at(moment + timedelta(hours=1), lambda t: self._write(tale, deal, occasion, answered, t))

    def _write(self, tale: Tale, deal: Opportunity, occasion: str, answered: float, moment: datetime) -> None:
        amount = show_money(Money(deal.amount or 0, deal.currency), "vi")
        actor, files = self.desk.owner(tale.lead, ended=True), []
        if occasion == "quote" and actor:
            files = [self._quote(tale, deal, amount, actor, moment)]
        self.desk.write(tale, occasion, moment, answered=answered, files=files, amount=amount)

    def _quote(self, tale: Tale, deal: Opportunity, amount: str, actor: Principal, moment: datetime) -> File:
        day = f"{moment.astimezone(ZONE):%d/%m/%Y}"
        text = quote(company=tale.who.company, contact=tale.who.full_name, need=deal.need, amount=amount, day=day)
        return workspace.store_file([text.encode()], name=f"Báo giá {deal.pk:03d}.txt", by=actor, now=moment)

    def _win(self, tale: Tale, deal: Opportunity, moment: datetime) -> None:
        self._move(tale, deal, "closed_won", moment)
        self.clock.at(moment + timedelta(hours=2), lambda t: self.desk.write(tale, "welcome", t))

    def _lose(self, tale: Tale, deal: Opportunity, moment: datetime) -> None:
        if self.random.random() < 0.6:
            self.desk.receive(tale, "regret", moment - timedelta(hours=2))
        self._move(tale, deal, "closed_lost", moment, reason=self.random.choice(story.LOST))
        if self.random.random() < story.COMES_BACK:
            self.clock.at(self.clock.soon(moment, days=35), lambda t: self._reopen(tale, deal, t))

    def _reopen(self, tale: Tale, deal: Opportunity, moment: datetime) -> None:
        """They had chosen somebody else and call again."""
        talk = ("call", "connected", "Khách gọi lại: bên kia trễ hẹn, muốn bàn tiếp với mình.")
        self._move(tale, deal, "needs_analysis", moment, talk=talk)
        self.clock.at(self.clock.soon(moment, days=8), lambda t: self._advance(tale, deal, "proposal", t))
        end = self._win if self.random.random() < 0.5 else self._lose
        self.clock.at(self.clock.soon(moment, days=25), lambda t: end(tale, deal, t))

    def _move(
        self,
        tale: Tale,
        deal: Opportunity,
        code: str,
        at: datetime,
        *,
        reason: str = "",
        talk: tuple[str, str, str] | None = None,
    ) -> None:
        actor = self.desk.owner(tale.lead, ended=True)
        if actor is None:
            return

        def deed(now: datetime) -> None:
            self._step(tale, deal, code, reason, talk, actor, now, at=at)

        self.clock.note(at, deed)

    def _step(
        self,
        tale: Tale,
        deal: Opportunity,
        code: str,
        reason: str,
        talk: tuple[str, str, str] | None,
        actor: Principal,
        now: datetime,
        *,
        at: datetime,
    ) -> None:
        with history.act("move_opportunity", by=actor, now=now, occurred_at=at, subject=deal):
            pipeline.move_opportunity(deal, stage=code, reason=reason, occurred_at=at, by=actor, now=now)
            if talk is not None:
                self.desk.log(tale.lead, *talk, by=actor, now=now, at=at)
