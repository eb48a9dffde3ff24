"""The clock of the story: it jumps from event to event, in order, until now."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from khoi.workspace import queries as workspace

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Event = Callable[[datetime], None]
Progress = Callable[[int, int], None]


class Clock:
    """What happens when. All but this morning hangs on the day alone, so the story is the same all day long."""

    def __init__(self, random: Random, *, now: datetime, days: int) -> None:
        self.random, self.now = random, now
        self.today = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        self.start = (self.today - timedelta(days=days)).astimezone(now.tzinfo)
        self._events: list[tuple[datetime, int, Event]] = []
        self._count = 0

    def at(self, moment: datetime, event: Event) -> None:
        """What would happen after now does not happen."""
        if moment < self.now:
            heapq.heappush(self._events, (moment, self._count, event))
            self._count += 1

    def run(self, progress: Progress | None = None) -> None:
        done = 0
        while self._events:
            moment, _, event = heapq.heappop(self._events)
            event(moment)
            done += 1
            if progress and done % 100 == 0:
                progress(done, done + len(self._events))

    # -- when --------------------------------------------------------------------------------------------

    def arrivals(self, count: int) -> list[datetime]:
        """More each month, mostly in working hours; some within the last hours."""
        span = (self.today - self.start).total_seconds()
        parts = ((number + self.random.random()) / (count - 8) for number in range(count - 8))
        moments = [self.start + timedelta(seconds=span * part**0.8) for part in parts]
        fresh = [self.now - timedelta(minutes=self.random.uniform(3, 300)) for _ in range(8)]
        return sorted([*(self.office(moment) for moment in moments), *fresh])

    def office(self, moment: datetime) -> datetime:
        """The same week, at an hour when people write to firms."""
        local = moment.astimezone(ZONE)
        if local.weekday() > 4 and self.random.random() < 0.8:
            local -= timedelta(days=local.weekday() - 4)
        hour = min(max(self.random.gauss(11.5, 3), 6.5), 22)
        return local.replace(hour=int(hour), minute=self.random.randrange(60), second=self.random.randrange(60))

    def soon(self, moment: datetime, *, days: float) -> datetime:
        """About so many days later, in office hours."""
        later = moment + timedelta(days=max(self.random.gauss(days, days / 2), 0.02))
        local = later.astimezone(ZONE)
        if local.weekday() > 4:
            local += timedelta(days=7 - local.weekday())
        if not 8 <= local.hour < 17:
            local = local.replace(hour=self.random.randrange(8, 17), minute=self.random.randrange(60))
        return max(local, moment + timedelta(minutes=5))

    def answer_time(self, moment: datetime) -> datetime:
        """Mostly within the promised half hour, sometimes hours late, in office hours."""
        minutes = min(self.random.lognormvariate(2.9, 0.9), 900)
        return workspace.after_working_minutes(moment, int(minutes) + 1)
