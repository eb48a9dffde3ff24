"""How figures, money and time are written in the language of the page (Babel's data, our short forms)."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_precision, get_currency_symbol
from django import template
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext, pgettext

from khoi.design import rules

register = template.Library()

GAP: Final = "\N{NO-BREAK SPACE}"
Number = int | float | Decimal


def _locale() -> Locale:
    """The page's language; Vietnamese has its own forms, everything else is written as British English writes it."""
    return Locale("vi") if _vietnamese() else Locale("en", "GB")


def _vietnamese() -> bool:
    return (get_language() or "").startswith("vi")


@register.filter
def number(value: Number | None) -> str:
    """12345 → 12,345 or 12.345; None shows as a dash."""
    return "–" if value is None else format_decimal(value, locale=_locale())


@register.filter
def signed(value: Number) -> str:
    """What a figure adds or takes away: +15, −25, 0."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + number(value).lstrip("-")


@register.filter
def capped(value: int | None, limit: int = 10_000) -> str:
    """A count that nobody waited for: at `limit` and above it says "10,000+"."""
    if value is not None and value >= limit:
        return f"{number(limit)}+"
    return number(value)


@register.filter
def percent(ratio: Number | None, decimals: int = 0) -> str:
    """A ratio (0.42) as 42% or 42 %."""
    if ratio is None:
        return "–"
    pattern = "0" if decimals == 0 else "0." + "#" * decimals
    figure = format_decimal(Decimal(str(ratio)) * 100, format=pattern, locale=_locale())
    return f"{figure}{GAP}%" if _vietnamese() else f"{figure}%"


@register.filter
def money(minor: int | None, currency: str = "VND") -> str:
    """Integer minor units in short: 1840000000 VND → 1,84 tỷ ₫ or ₫1.84bn. Below a million it is written out."""
    if minor is None:
        return "–"
    amount = _major(minor, currency)
    scale, word = _scale(amount)
    if scale == 1:
        return money_full(minor, currency)
    figure = _short(amount / scale)
    symbol = get_currency_symbol(currency, locale=_locale())
    return f"{figure}{GAP}{word}{GAP}{symbol}" if _vietnamese() else f"{_signed(figure, symbol)}{word}"


@register.filter
def money_bare(minor: int | None, currency: str = "VND") -> str:
    """The short form without its currency sign, for columns whose head already names it."""
    if minor is None:
        return "–"
    amount = _major(minor, currency)
    scale, word = _scale(amount)
    if scale == 1:
        return format_decimal(amount, locale=_locale())
    return _short(amount / scale) + (GAP + word if _vietnamese() else word)


@register.filter
def money_full(minor: int | None, currency: str = "VND") -> str:
    """Integer minor units, every digit: 1.840.000.000 ₫ or ₫1,840,000,000."""
    if minor is None:
        return "–"
    amount = _major(minor, currency)
    whole = amount == amount.to_integral_value()
    return format_currency(
        amount, currency, locale=_locale(), currency_digits=False, format=_pattern(currency, whole=whole)
    )


def _pattern(currency: str, *, whole: bool) -> str:
    digits = get_currency_precision(currency)
    figure = "#,##0" if whole or digits == 0 else "#,##0." + "0" * digits
    return f"{figure}{GAP}¤" if _vietnamese() else f"¤{figure}"


def _major(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-get_currency_precision(currency))


def _scale(amount: Decimal) -> tuple[int, str]:
    """What to divide by and the word that then follows; 999.96 million already reads as 1 billion."""
    size = abs(amount)
    if size >= Decimal(999_950_000):
        return 1_000_000_000, pgettext("money", "bn")
    if size >= 1_000_000:
        return 1_000_000, pgettext("money", "m")
    return 1, ""


def _short(figure: Decimal) -> str:
    """Three figures are enough to compare: 12.46, 124.6, 1,246."""
    places = 2 if abs(figure) < 100 else 1 if abs(figure) < 1000 else 0
    rounded = figure.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return format_decimal(rounded, format="#,##0.##", locale=_locale())


def _signed(figure: str, symbol: str) -> str:
    return f"-{symbol}{figure[1:]}" if figure.startswith("-") else f"{symbol}{figure}"


def _local(when: datetime) -> datetime:
    """In the zone the request is served in (the workspace's, activated by the middleware)."""
    return timezone.localtime(when) if timezone.is_aware(when) else when


def _day_of(when: date) -> date:
    return _local(when).date() if isinstance(when, datetime) else when


@register.filter
def day(when: date | None) -> str:
    """19/11/2026 or 19 Nov 2026. A datetime is first brought to the page's zone."""
    return "–" if when is None else _date(when, "d/M/y", "d MMM y")


@register.filter
def short_day(when: date | None) -> str:
    """19/11 or 19 Nov; the year only when it is not this one."""
    if when is None:
        return "–"
    this_year = _day_of(when).year == timezone.localdate().year
    return _date(when, "d/M", "d MMM") if this_year else day(when)


@register.filter
def full_day(when: date | None) -> str:
    """Thứ Năm, 19/11/2026 or Thursday 19 November 2026: the head of a page or of a day in the timeline."""
    return "–" if when is None else _date(when, "EEEE, d/M/y", "EEEE d MMMM y")


@register.filter
def hour(when: datetime | None) -> str:
    """9:12 of the page's zone."""
    return "–" if when is None else f"{_local(when).hour}:{_local(when).minute:02}"


@register.filter
def moment(when: datetime | None) -> str:
    """The hour today, else day and hour: 9:12, 19/11 9:12, 19/11/2025 9:12."""
    if when is None:
        return "–"
    if _day_of(when) == timezone.localdate():
        return hour(when)
    return f"{short_day(when)} {hour(when)}"


def _date(when: date, vietnamese: str, english: str) -> str:
    return format_date(_day_of(when), vietnamese if _vietnamese() else english, locale=_locale())


@register.filter
def days(value: timedelta | Number | None) -> str:
    """A span as days: 3 days, 6.5 days. A bare number counts days."""
    if value is None:
        return "–"
    count = value.total_seconds() / 86_400 if isinstance(value, timedelta) else float(value)
    rounded = round(count, 1)
    figure = format_decimal(rounded, format="#,##0.#", locale=_locale())
    return ngettext("%(count)s day", "%(count)s days", 1 if rounded == 1 else 2) % {"count": figure}


@register.filter
def duration(value: timedelta | int | None) -> str:
    """A span in the one unit that says it best: 40 s, 18 min, 5 h, 3 days, 2 wk. A bare number counts seconds."""
    if value is None:
        return "–"
    seconds = abs(int(value.total_seconds() if isinstance(value, timedelta) else value))
    if seconds < 60:
        return gettext("%(count)s s") % {"count": seconds}
    if seconds < 3_600:
        return gettext("%(count)s min") % {"count": seconds // 60}
    if seconds < 86_400:
        return gettext("%(count)s h") % {"count": seconds // 3_600}
    if seconds < 14 * 86_400:
        return days(seconds // 86_400)
    return gettext("%(count)s wk") % {"count": number(seconds // (7 * 86_400))}


@register.filter
def ago(when: datetime | None, now: datetime | None = None) -> str:
    """How long since, or until: "18 min ago", "in 3 days", "now". `now` is for pages drawn as of another moment."""
    if when is None:
        return "–"
    gap = (now or timezone.now()) - when
    if abs(gap) < timedelta(minutes=1):
        return gettext("now") if gap >= timedelta(0) else gettext("in a moment")
    text = gettext("%(span)s ago") if gap > timedelta(0) else gettext("in %(span)s")
    return text % {"span": duration(gap)}


@register.filter
def initials(name: str) -> str:
    """The two letters of a person's sign."""
    return rules.initials(str(name))
