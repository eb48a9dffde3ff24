"""Dates as they stand in files that people send."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from khoi.kit.dates_in_words import in_digits

__all__ = ["NotADate", "date_problem", "parse_date", "read_date"]

_TIME: Final = r"(?:[T ]+(?P<time>\d{1,2}:\d{2}.*))?"
_YEAR_FIRST: Final = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})" + _TIME)
_YEAR_LAST: Final = re.compile(r"(?P<first>\d{1,2})([-/.])(?P<second>\d{1,2})\2(?P<year>\d{4}|\d{2})" + _TIME)
_CLOCK: Final = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*"
    r"(am|pm|sa|ch)?\s*(?:(z|utc|gmt)|([+-])(\d{2}):?(\d{2})?)?",
    re.IGNORECASE,
)
#: "Asia/Ho_Chi_Minh", as programs of Google write it behind the time.
_PLACE: Final = re.compile(r"(.*\d.*?)\s*\[?([A-Z][A-Za-z_]+/[A-Z][A-Za-z_/]+)\]?")
_AFTERNOON: Final = frozenset({"pm", "ch"})
_SERIALS: Final = range(1, 2_958_466)  # 1900-01-01 to 9999-12-31 in a sheet


@dataclass
class NotADate(ValueError):
    """`reason`: empty, not_a_date (nothing like a date), no_such_day (31/02), no_such_time (25:00), out_of_range."""

    reason: str


def parse_date(value: object, order: str = "dmy") -> date | datetime | None:
    """The date in `value`, a datetime when a time of day stands there too, None when there is none.

    Text: ISO, "2018-02-26 19:58:54", "26/02/2018", "26-2-18", "26.02.2018 7:58 PM", and spelled out as in
    `dates_in_words`; with `order` "mdy" the month first. Two digits of a year mean 1970 to 2069. Numbers are serial
    days of a spreadsheet. A datetime is aware only if the text names its offset from UTC, or a place.
    """
    try:
        return read_date(value, order)
    except NotADate:
        return None


def date_problem(value: object, order: str = "dmy") -> str | None:
    """Why `parse_date` finds no date; None when it does. The reasons are those of `NotADate`."""
    try:
        read_date(value, order)
    except NotADate as problem:
        return problem.reason
    return None


def read_date(value: object, order: str = "dmy") -> date | datetime:
    """As `parse_date`, but raises `NotADate`."""
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_serial(value)
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        raise NotADate("empty" if value is None or isinstance(value, str) else "not_a_date")
    if (placed := _PLACE.fullmatch(text)) is not None:
        return _at_place(read_date(placed[1], order), placed[2])
    try:
        return _numeric(text, order)
    except NotADate as problem:
        plain = in_digits(text) if problem.reason == "not_a_date" else None
        if plain is None:
            raise
    return _numeric(plain, order)


def _numeric(text: str, order: str) -> date | datetime:
    found = _YEAR_FIRST.fullmatch(text) or _YEAR_LAST.fullmatch(text)
    if found is None:
        raise NotADate("not_a_date")
    on = _day(found.groupdict(), order)
    return datetime.combine(on, _clock(found["time"])) if found["time"] else on


def _at_place(found: date | datetime, place: str) -> date | datetime:
    if not isinstance(found, datetime) or found.tzinfo is not None:
        return found
    try:
        return found.replace(tzinfo=ZoneInfo(place))
    except (KeyError, ValueError, OSError):  # no such place, or a directory of places
        raise NotADate("not_a_date") from None


def _day(parts: dict[str, str | None], order: str) -> date:
    year = int(parts["year"] or 0)
    if "month" in parts:
        month, day = int(parts["month"] or 0), int(parts["day"] or 0)
    else:
        first, second = int(parts["first"] or 0), int(parts["second"] or 0)
        day, month = (second, first) if order == "mdy" else (first, second)
        if len(parts["year"] or "") == 2:
            year += 2000 if year < 70 else 1900
    try:
        return date(year, month, day)
    except ValueError:
        raise NotADate("no_such_day") from None


def _clock(text: str) -> time:
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise NotADate("not_a_date")
    hour, minute, second, fraction, half, utc, sign, ahead_hours, ahead_minutes = found.groups()
    of_day = int(hour)
    if half:
        if not 1 <= of_day <= 12:
            raise NotADate("no_such_time")
        of_day = of_day % 12 + (12 if half.lower() in _AFTERNOON else 0)
    ahead = timedelta(hours=int(ahead_hours or 0), minutes=int(ahead_minutes or 0))
    try:
        zone = timezone(-ahead if sign == "-" else ahead) if utc or sign else None
        return time(of_day, int(minute), int(second or 0), int((fraction or "0").ljust(6, "0")[:6]), zone)
    except ValueError:
        raise NotADate("no_such_time") from None


def _from_serial(serial: float) -> date | datetime:
    """Days since 1899-12-30, because sheets count a 29 February 1900 that never was; before it one day less."""
    if not _SERIALS.start <= serial < _SERIALS.stop:  # also leaves out "not a number"
        raise NotADate("out_of_range")
    days = int(serial)
    on = date(1899, 12, 30) + timedelta(days=days if days >= 60 else days + 1)
    seconds = round((serial - days) * 86_400)
    return datetime.combine(on, time.min) + timedelta(seconds=seconds) if seconds else on
