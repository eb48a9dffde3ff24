"""Charts and sums of the reports."""

from collections.abc import Mapping

from django import template
from django.utils.translation import get_language

from khoi.campaigns.models import Source
from khoi.design.templatetags import formats
from khoi.reports.rules.drawing import Drawing

register = template.Library()


@register.inclusion_tag("reports/waterfall.html")
def waterfall(drawing: Drawing) -> dict[str, object]:
    """Bars from one sum to another; the table beside it says the same."""
    said = ", ".join(f"{bar.label} {bar.shown}" for bar in drawing.bars)
    return {"drawing": drawing, "label": said}


@register.filter
def sums(amounts: Mapping[str, int]) -> list[str]:
    """One short amount per currency, largest first; never added up."""
    return [formats.money(amount, currency) for currency, amount in sorted(amounts.items(), key=lambda pair: -pair[1])]


@register.filter
def source_label(source: Source) -> str:
    """A source in the language of the page."""
    return source.label(get_language() or "en")
