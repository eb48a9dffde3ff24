"""What the site and the mail program notice of people: pages looked at, letters opened."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from khoi.history import services as history
from khoi.history.rules.actors import VISITOR
from khoi.operations.services.demo.clock import ZONE, Clock
from khoi.people.models import Person
from khoi.touchpoints import services as touchpoints

#: Days before today in which everything is noted at once.
LATELY = 7
#: The hour at which what was noticed on a day long ago was noted.
CLOSES = 18


@dataclass(frozen=True, slots=True)
class Trace:
    person: Person
    kind: str
    channel: str
    title: str
    at: datetime
    is_human: bool = True


class Traces:
    """Long ago the day of all visitors is noted in the evening: nobody did anything, so nobody's name is missed."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._days: dict[datetime, list[Trace]] = {}

    def notice(self, traces: list[Trace], moment: datetime) -> None:
        if self.clock.today - moment < timedelta(days=LATELY):
            self._note(traces, moment)
            return
        evening = moment.astimezone(ZONE).replace(hour=CLOSES, minute=10, second=0, microsecond=0)
        if evening < moment:
            evening += timedelta(days=1)
        if evening not in self._days:
            self._days[evening] = []
            self.clock.at(evening, lambda t: self._note(self._days.pop(evening), t))
        self._days[evening] += traces

    def _note(self, traces: list[Trace], now: datetime) -> None:
        with history.act("record_visit", by=VISITOR, now=now):
            for trace in traces:
                touchpoints.record_touchpoint(
                    trace.person,
                    kind=trace.kind,
                    channel=trace.channel,
                    title=trace.title,
                    is_human=trace.is_human,
                    occurred_at=trace.at,
                    by=VISITOR,
                    now=now,
                )
