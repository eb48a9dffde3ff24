"""Cold, warm or hot, from what is known of budget, authority, need and timing, and from intent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from khoi.kit.periods import quarter, today, year

__all__ = ["BantFact", "Temperature", "temperature"]

HOT_WITHIN_DAYS: Final = 90  # a date this near is a near one
NOW_LASTS_DAYS: Final = 30  # "now" said so long ago is no longer now

_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class BantFact:
    """What was learnt about one of budget, authority, need, timing.

    `noted_on`: the day it was learnt. Timing has `on_date` or a `band`: now, this_quarter, this_year, later. `stated`:
    for a budget, that an amount or a range was named; for the others, that they are known at all.
    """

    kind: str
    noted_on: date
    stated: bool = True
    on_date: date | None = None
    band: str = ""


@dataclass(frozen=True, slots=True)
class Temperature:
    """`reasons` for it and what is `missing` to be hot, as codes.

    Reasons: intent, need_stated, budget_stated, authority_stated, timing_near, timing_known. Missing: need, budget,
    timing, near_timing (known but far), new_timing (the day has passed). `next_change_at` (UTC): when time alone
    changes one of them.
    """

    value: Literal["cold", "warm", "hot"]
    reasons: tuple[str, ...]
    missing: tuple[str, ...]
    next_change_at: datetime | None


def temperature(facts: Iterable[BantFact], intent: bool, now: datetime, zone: ZoneInfo = _UTC) -> Temperature:
    """Hot: need and budget stated, and a date or band within 90 days. Warm: intent, or two facts that still hold.

    Of several facts of a kind the last noted holds. Days are those of `zone` at the instant `now` (aware).
    """
    latest = {fact.kind: fact for fact in sorted(facts, key=lambda fact: fact.noted_on) if fact.stated}
    on = today(now, zone)
    rated = _rate(latest, intent, on)
    turns = [day for day in _turning_days(latest.get("timing")) if day > on and _rate(latest, intent, day) != rated]
    midnight = datetime.combine(min(turns), time.min, zone).astimezone(_UTC) if turns else None
    return Temperature(*rated, midnight)


_Rated = tuple[Literal["cold", "warm", "hot"], tuple[str, ...], tuple[str, ...]]


def _rate(latest: Mapping[str, BantFact], intent: bool, on: date) -> _Rated:
    timing = _timing(latest.get("timing"), on)
    stated = [kind for kind in ("need", "budget", "authority") if kind in latest]
    holding = [f"{kind}_stated" for kind in stated] + ([timing] if timing in {"timing_near", "timing_known"} else [])
    reasons = (*(["intent"] if intent else []), *holding)
    missing = [kind for kind in ("need", "budget") if kind not in latest]
    if timing != "timing_near":
        missing.append({"timing_known": "near_timing", "timing_passed": "new_timing"}.get(timing, "timing"))
    if not missing:
        return "hot", reasons, ()
    return "warm" if intent or len(holding) >= 2 else "cold", reasons, tuple(missing)


def _timing(fact: BantFact | None, on: date) -> str:
    """timing_near, timing_known (later), timing_passed, or "" for nothing known."""
    if fact is None:
        return ""
    last = _last_day(fact)
    if last is None:
        return "timing_known"
    if on > last:
        return "timing_passed"
    soon = not fact.on_date and fact.band in {"now", "this_quarter"}
    return "timing_near" if soon or on >= _near_from(last) else "timing_known"


def _last_day(fact: BantFact) -> date | None:
    """The last day on which what was said is still ahead; a day named counts before a band. None: no end."""
    if fact.on_date:
        return fact.on_date
    ends = {
        "now": fact.noted_on + timedelta(days=NOW_LASTS_DAYS),
        "this_quarter": quarter(fact.noted_on).end - timedelta(days=1),
        "this_year": year(fact.noted_on).end - timedelta(days=1),
    }
    return ends.get(fact.band)


def _near_from(last: date) -> date:
    return last - min(timedelta(days=HOT_WITHIN_DAYS), last - date.min)


def _turning_days(timing: BantFact | None) -> list[date]:
    """Past the end of the calendar nothing turns."""
    last = _last_day(timing) if timing else None
    return [_near_from(last), last + min(timedelta(days=1), date.max - last)] if last else []
