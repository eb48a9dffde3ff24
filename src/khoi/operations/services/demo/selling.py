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
LETTERS = {
    "needs_analysis": ("demo", 0.3),
    "proposal": ("quote", 0.4),
    "negotiation": ("contract", 0.3),
    "closed_won": ("welcome", 0.0),
}
#: kind, outcome and words of the talk that moves a deal on.
TALKS = (
    ("meeting", "held", story.MEETINGS),
    ("visit", "held", story.MEETINGS),
    ("call", "connected", story.CALLS),
)
Talk = tuple[str, str, str]


class Sales:
    def __init__(self, clock: Clock, desk: Desk) -> None:
        self.clock, self.random, self.desk = clock, clock.random, desk

    def convert(self, tale: Tale, moment: datetime, *, wins: bool) -> None:
        actor = self.desk.decider(tale.lead)
        if actor is None:
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

    def _win(self, tale: Tale, deal: Opportunity, moment: datetime) -> None:
        self._move(tale, deal, "closed_won", moment)

    def _lose(self, tale: Tale, deal: Opportunity, moment: datetime) -> None:
        self._move(tale, deal, "closed_lost", moment, reason=self.random.choice(story.LOST))
        if self.random.random() < story.COMES_BACK:
            self.clock.at(self.clock.soon(moment, days=35), lambda t: self._reopen(tale, deal, t))

    def _reopen(self, tale: Tale, deal: Opportunity, moment: datetime) -> None:
        """They had chosen somebody else and call again."""
        talk = ("call", "connected", "Khách gọi lại: bên kia trễ hẹn, muốn bàn tiếp với mình.")
        self._move(tale, deal, "needs_analysis", moment, talk=talk)
        proposed = self.clock.soon(moment, days=8)
        self.clock.at(proposed, lambda t: self._advance(tale, deal, "proposal", t))
        end = self._win if self.random.random() < 0.5 else self._lose
        self.clock.at(self.clock.soon(proposed, days=17), lambda t: end(tale, deal, t))

    def _move(
        self,
        tale: Tale,
        deal: Opportunity,
        code: str,
        moment: datetime,
        *,
        reason: str = "",
        talk: Talk | None = None,
    ) -> None:
        """One act: the talk or the refusal, the stage it brought, and the letter after it."""
        actor = self.desk.decider(tale.lead, ended=True)
        if actor is None:
            return
        with history.act("move_opportunity", by=actor, now=moment, subject=deal):
            if talk is not None:
                self.desk.log(tale, *talk, by=actor, now=moment)
            if code == "closed_lost" and self.random.random() < 0.6:
                self.desk.receive(tale, "regret", moment, by=actor)
            pipeline.move_opportunity(deal, stage=code, reason=reason, by=actor, now=moment)
            if code in LETTERS:
                self._write(tale, deal, code, actor, moment)

    def _write(self, tale: Tale, deal: Opportunity, code: str, actor: Principal, moment: datetime) -> None:
        occasion, answered = LETTERS[code]
        amount = show_money(Money(deal.amount or 0, deal.currency), "vi")
        files = [self._quote(tale, deal, amount, actor, moment)] if occasion == "quote" else []
        self.desk.write(tale, occasion, moment, answered=answered, files=files, by=actor, amount=amount)

    def _quote(self, tale: Tale, deal: Opportunity, amount: str, actor: Principal, moment: datetime) -> File:
        day = f"{moment.astimezone(ZONE):%d/%m/%Y}"
        text = quote(company=tale.who.company, contact=tale.who.full_name, need=deal.need, amount=amount, day=day)
        return workspace.store_file([text.encode()], name=f"Báo giá {deal.pk:03d}.txt", by=actor, now=moment)
