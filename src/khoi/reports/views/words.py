"""How the figures of the reports are said."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext_lazy

from khoi.campaigns.models import Channel, Source
from khoi.design.templatetags import formats
from khoi.design.templatetags.design import STAGES
from khoi.kit.money import minor_digits
from khoi.kit.periods import Period

PERIODS: Final[Mapping[str, str | Promise]] = {
    "ninety": gettext_lazy("The last 90 days"),
    "this_month": gettext_lazy("This month"),
    "last_month": gettext_lazy("Last month"),
    "this_quarter": gettext_lazy("This quarter"),
    "last_quarter": gettext_lazy("Last quarter"),
    "this_year": gettext_lazy("This year"),
    "last_year": gettext_lazy("Last year"),
    "ever": gettext_lazy("All time"),
}
FIELDS: Final[Mapping[str, str | Promise]] = {
    "source": gettext_lazy("Source"),
    "owner": gettext_lazy("Owner"),
    "team": gettext_lazy("Team"),
    "channel": gettext_lazy("Channel"),
    "campaign": gettext_lazy("Campaign"),
    "period": gettext_lazy("Month"),
}
NOBODY: Final[Mapping[str, str | Promise]] = {
    "source": gettext_lazy("No source"),
    "owner": gettext_lazy("No owner"),
    "team": gettext_lazy("No team"),
    "channel": gettext_lazy("No channel"),
    "campaign": gettext_lazy("No campaign"),
}
CAUSES: Final[Mapping[str, str | Promise]] = {
    "new": pgettext_lazy("deals", "New"),
    "reopened": pgettext_lazy("deals", "Reopened"),
    "pulled_in": pgettext_lazy("deals", "Pulled in"),
    "grew": pgettext_lazy("deals", "Grew"),
    "shrank": pgettext_lazy("deals", "Shrank"),
    "slipped": pgettext_lazy("deals", "Slipped"),
    "lost": pgettext_lazy("deals", "Lost"),
    "won": pgettext_lazy("deals", "Won"),
    "removed": pgettext_lazy("deals", "Taken out"),
}
#: How a cause is drawn, and in which tone its sum is written.
KINDS: Final = {
    "new": ("up", "good"),
    "reopened": ("up", "good"),
    "pulled_in": ("up", "good"),
    "grew": ("up", "good"),
    "shrank": ("down", "bad"),
    "slipped": ("slip", "warn"),
    "lost": ("down", "bad"),
    "won": ("won", ""),
    "removed": ("down", "bad"),
}


def stage(code: str) -> str:
    """The last step of the funnel is named by what happened, not by what they then are."""
    return gettext("Won") if code == "customer" else str(STAGES[code])


def group(by: str, code: str, name: str, sources: Mapping[str, Source]) -> str:
    """A row's name in the language of the page."""
    if not code:
        return str(NOBODY.get(by, name))
    if by == "source" and code in sources:
        return sources[code].label(get_language() or "en")
    if by == "channel":
        return str(dict(Channel.choices).get(code, code))
    if by == "period":
        year, month = code.split("-")
        return f"{int(month)}/{year}"
    return name


def days_between(period: Period | None) -> str:
    """1/7/2026 – 30/9/2026."""
    if period is None:
        return ""
    last = period.end.fromordinal(period.end.toordinal() - 1)
    if last == period.start:
        return formats.day(period.start)
    return f"{formats.day(period.start)} – {formats.day(last)}"


def unit(amounts: list[int], currency: str) -> tuple[int, str]:
    """By how many minor units the figures of one chart are divided, and how that unit is called."""
    major: int = 10 ** minor_digits(currency)
    most = max((abs(amount) for amount in amounts), default=0)
    symbol = "₫" if currency == "VND" else currency
    if most >= 1_000_000_000 * major:
        return 1_000_000_000 * major, gettext("in %(currency)s billion") % {"currency": symbol}
    if most >= 1_000_000 * major:
        return 1_000_000 * major, gettext("in %(currency)s million") % {"currency": symbol}
    return major, gettext("in %(currency)s") % {"currency": symbol}


def figure(amount: int, per: int, *, signed: bool = False) -> str:
    """Three digits are enough to compare: 12.4, 124, 1,240; with a sign for changes."""
    value = Decimal(amount) / per
    places = Decimal("0.01") if abs(value) < 10 else Decimal("0.1") if abs(value) < 100 else Decimal(1)
    shown = formats.number(abs(value.quantize(places, ROUND_HALF_UP)).normalize() + 0)
    if not signed or not amount:
        return f"−{shown}" if amount < 0 else shown
    return f"{'+' if amount > 0 else '−'}{shown}"


def times(ratio: float | None) -> str:
    """10.5× or 10,5 lần."""
    if ratio is None:
        return "–"
    rounded = Decimal(str(ratio)).quantize(Decimal("0.1") if ratio < 20 else Decimal(1), ROUND_HALF_UP)
    return gettext("%(ratio)s×") % {"ratio": formats.number(rounded.normalize() + 0)}
