"""Days and the stretches of days that reports and quotas are about; every period is half-open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

__all__ = ["Period", "day", "instants", "month", "parse_period", "previous", "quarter", "today", "week", "year"]

_PATTERN: Final = re.compile(r"(\d{4})(?:-(?:Q([1-4])|W(\d{2})|(\d{2})(?:-(\d{2}))?))?", re.IGNORECASE)
_NAMED: Final = re.compile(r"(this|last)_(day|week|month|quarter|year)")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `start` to the day before `end`. An empty or backward period raises ValueError."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"a period ends after it starts: {self.start} to {self.end}")

    def __contains__(self, moment: date) -> bool:
        return self.start <= moment < self.end

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days


def today(now: datetime, zone: ZoneInfo) -> date:
    """The calendar day it is in `zone` at the instant `now` (aware): the one place where an instant becomes a day."""
    if now.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return now.astimezone(zone).date()


def instants(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The half-open instants in UTC that `period` covers for people in `zone`."""
    return _midnight(period.start, zone), _midnight(period.end, zone)


def day(of: date) -> Period:
    """That day alone."""
    return Period(of, of + timedelta(days=1))


def week(of: date) -> Period:
    """The week from Monday that `of` falls in."""
    start = of - timedelta(days=of.weekday())
    return Period(start, start + timedelta(days=7))


def month(of: date) -> Period:
    """The month that `of` falls in."""
    return _months(of.replace(day=1), 1)


def quarter(of: date) -> Period:
    """The calendar quarter that `of` falls in."""
    return _months(of.replace(month=(of.month - 1) // 3 * 3 + 1, day=1), 3)


def year(of: date) -> Period:
    """The calendar year that `of` falls in."""
    return _months(of.replace(month=1, day=1), 12)


def previous(period: Period) -> Period:
    """The period of the same kind just before: as many whole months if it is of whole months, else as many days."""
    if period.start.day == period.end.day == 1:
        count = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
        return Period(_months_later(period.start, -count), period.start)
    return Period(period.start - (period.end - period.start), period.start)


def parse_period(text: str, on: date | None = None) -> Period | None:
    """The period that `text` names, None when it names none.

    "2026", "2026-Q4", "2026-11", "2026-W47", "2026-11-05", "2026-11-01/2026-12-01" (the end left out), and, when the
    day `on` is given, "this_month", "last_quarter" and their like (day, week, month, quarter, year).
    """
    start, slash, end = text.strip().partition("/")
    try:
        if slash:
            return Period(date.fromisoformat(start), date.fromisoformat(end))
        return _named(start, on) or _dated(start)
    except (ValueError, OverflowError):
        return None


def _named(text: str, on: date | None) -> Period | None:
    found = _NAMED.fullmatch(text)
    if found is None or on is None:
        return None
    this = {"day": day, "week": week, "month": month, "quarter": quarter, "year": year}[found[2]](on)
    return this if found[1] == "this" else previous(this)


def _dated(text: str) -> Period | None:
    found = _PATTERN.fullmatch(text)
    if found is None:
        return None
    in_year, in_quarter, in_week, in_month, in_day = (int(part) if part else 0 for part in found.groups())
    if in_quarter:
        return quarter(date(in_year, in_quarter * 3, 1))
    if in_week:
        return week(date.fromisocalendar(in_year, in_week, 1))
    if in_day:
        return day(date(in_year, in_month, in_day))
    return month(date(in_year, in_month, 1)) if found[4] else year(date(in_year, 1, 1))


def _months(start: date, count: int) -> Period:
    return Period(start, _months_later(start, count))


def _months_later(first: date, count: int) -> date:
    months = first.year * 12 + first.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def _midnight(of: date, zone: ZoneInfo) -> datetime:
    """The first day there is begins in UTC before there is a day: then time itself begins there, or ends."""
    try:
        return datetime.combine(of, time.min, zone).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if of.year == 1 else datetime.max.replace(tzinfo=UTC)
