"""Dates as programs and people spell them out, in English and Vietnamese, brought to the form with digits alone.

"Nov 3, 2026 9:15 AM", "3 thg 11, 2026", "Thứ Hai, 03/11/2026 lúc 09:15", "09:15 03/11/2026", "20261103".
"""

from __future__ import annotations

import re
from typing import Final

from khoi.kit.fold import fold

__all__ = ["in_digits"]

_NAMES: Final = "january february march april may june july august september october november december".split()
_MONTHS: Final = {name: place for place, name in enumerate(_NAMES, start=1)}
_MONTHS.update({name[:3]: place for name, place in list(_MONTHS.items())} | {"sept": 9})
_MONTH: Final = rf"(?P<name>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR: Final = r"(?P<year>\d{4}|\d{2})"
_SPELLED: Final = tuple(
    re.compile(form)
    for form in (
        rf"{_DAY}[ .-]*(?:of )?{_MONTH}[ .,-]*{_YEAR}",
        rf"{_MONTH}\.? {_DAY},? (?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}})[ -]{_MONTH}[ -]{_DAY}",
        r"(?P<day>\d{1,2})[ -]*(?:thang|thg)\.? ?(?P<month>\d{1,2})(?: nam|,| -|/)? ?(?P<year>\d{4})",
        r"(?:thang|thg)\.? (?P<month>\d{1,2}) (?P<day>\d{1,2}), (?P<year>\d{4})",
        r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})",
    )
)
_WEEKDAY: Final = re.compile(
    r"(?:thu (?:hai|ba|tu|nam|sau|bay)|chu nhat|t[2-7]|cn"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)[.,]* +"
)
#: Hour, minute, second, its parts, half of the day, and what the clock is ahead of UTC.
_CLOCK: Final = re.compile(
    r"(?<![\d/.:-])t?(\d{1,2})[:hg](\d{2})(?:[:mp](\d{2})s?([.,]\d{1,9})?|p)?"
    r"(?: ?([ap]\.?m\b\.?|sa\b|ch\b|sang\b|chieu\b|toi\b))?"
    r"(?: ?(z|utc|gmt|ict)(?![a-z]))?(?: ?([+-]\d{1,2})(?::?(\d{2}))?(?![\d/.:-]))?(?: ?(?:utc|\([^)]*\)))?"
)
_JOINED: Final = re.compile(r"^(\d{8})t(\d{2})(\d{2})(\d{2})")
_BETWEEN: Final = re.compile(r"^(?:[ ,@–-]|t(?= |$)|luc |vao |ngay |at |on )+|(?:[ ,@–-]| luc| vao| ngay| at| on)+$")
_NUMERIC: Final = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}")
_MORNING, _EVENING = frozenset({"am", "sa", "sang"}), frozenset({"pm", "ch", "chieu", "toi"})


def in_digits(text: str) -> str | None:
    """The date of the text as "2026-11-03" or, where it has digits already, as it stands there; behind it the time of
    day as "9:15:00 pm +07:00". None where there is nothing like a date."""
    plain = _JOINED.sub(r"\1 \2:\3:\4", fold(text))
    plain = plain[found.end() :] if (found := _WEEKDAY.match(plain)) else plain
    clock = _CLOCK.search(plain)
    if clock is not None:
        plain = f"{plain[: clock.start()]} {plain[clock.end() :]}"
    plain = _BETWEEN.sub("", " ".join(plain.split()))
    on = plain if _NUMERIC.fullmatch(plain) else _spelled(plain)
    if on is None or clock is None:
        return on
    return f"{on} {_time(clock)}"


def _spelled(plain: str) -> str | None:
    for form in _SPELLED:
        if (found := form.fullmatch(plain)) is not None:
            parts = found.groupdict()
            year, month = int(parts["year"]), parts.get("month") or _MONTHS[parts["name"]]
            if len(parts["year"]) == 2:
                year += 2000 if year < 70 else 1900
            return f"{year:04}-{month}-{parts['day']}"
    return None


def _time(clock: re.Match[str]) -> str:
    hour, minute, second, parts, half, zone, ahead, minutes = clock.groups()
    said = (half or "").replace(".", "")
    half = "am" if said in _MORNING else "pm" if said in _EVENING else ""
    if half == "pm" and int(hour) > 12 and said in ("chieu", "toi"):
        half = ""  # "19:30 tối"
    offset = f"{ahead[0]}{int(ahead[1:]):02}:{minutes or '00'}" if ahead else ""
    offset = offset or {"ict": "+07:00", None: ""}.get(zone, "Z")
    return f"{hour}:{minute}:{second or '00'}{parts or ''} {half}{offset}"
