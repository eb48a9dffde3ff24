"""Working time: how long a promise of two working hours lasts, and how long somebody waited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

__all__ = ["WorkingHours", "add_working_minutes", "is_working", "vietnam_holidays", "working_minutes_between"]

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
#: A clock's last minute is open to its end, since no clock can be set to 24:00: round the clock is 00:00 to 23:59.
_LAST_MINUTE = time(23, 59)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """From `starts` to `ends` (that moment no longer) in `zone`, on `days` (Monday is 0), never on `holidays`.

    An end of 23:59 is midnight.

    Raises ValueError for hours that never come: no day, or an end not after the start.
    """

    zone: ZoneInfo
    days: frozenset[int]
    starts: time
    ends: time
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.days or not self.days <= frozenset(range(7)):
            raise ValueError("working days are numbers from 0 (Monday) to 6, at least one")
        if self.starts >= self.ends:
            raise ValueError("working hours end after they start")


def add_working_minutes(start: datetime, minutes: int, hours: WorkingHours) -> datetime:
    """The instant (UTC) at which `minutes` of working time after `start` (aware) are over.

    Zero minutes are over at once. Time that runs out with the day is over at closing, not at the next opening.
    """
    moment, left = start.astimezone(UTC), minutes * _MINUTE
    if minutes < 0:
        raise ValueError("working time is added, not taken away")
    on = moment.astimezone(hours.zone).date()
    while left > timedelta():
        opens, closes = _window(on, hours)
        begin = max(moment, opens)
        if begin + left <= closes:
            return begin + left
        left -= max(closes - begin, timedelta())
        on += _DAY
    return moment


def working_minutes_between(start: datetime, end: datetime, hours: WorkingHours) -> int:
    """Whole minutes of working time from `start` to `end` (both aware); negative when `end` is earlier."""
    if end < start:
        return -working_minutes_between(end, start, hours)
    begin, finish = start.astimezone(UTC), end.astimezone(UTC)
    on, last = begin.astimezone(hours.zone).date(), finish.astimezone(hours.zone).date()
    worked = timedelta()
    while on <= last:
        opens, closes = _window(on, hours)
        worked += max(min(finish, closes) - max(begin, opens), timedelta())
        on += _DAY
    return worked // _MINUTE


def is_working(moment: datetime, hours: WorkingHours) -> bool:
    """Whether the instant `moment` (aware) falls inside the working hours."""
    opens, closes = _window(moment.astimezone(hours.zone).date(), hours)
    return opens <= moment < closes


def vietnam_holidays(years: Iterable[int]) -> frozenset[date]:
    """The public holidays of Vietnam in `years`: Tết, Hùng Kings, and the days off given in exchange."""
    return frozenset().union(*(_holidays_of(year) for year in years))


@lru_cache(maxsize=64)
def _holidays_of(year: int) -> frozenset[date]:
    import holidays  # takes a while to load, and most commands ask for no holiday

    return frozenset(holidays.country_holidays("VN", years=year))


def _window(on: date, hours: WorkingHours) -> tuple[datetime, datetime]:
    """Opening and closing in UTC on that day; a day off opens and closes at the same moment."""
    opens = datetime.combine(on, hours.starts, hours.zone).astimezone(UTC)
    if on.weekday() not in hours.days or on in hours.holidays:
        return opens, opens
    until = (on + _DAY, time.min) if hours.ends >= _LAST_MINUTE else (on, hours.ends)
    return opens, max(opens, datetime.combine(*until, hours.zone).astimezone(UTC))
