"""How sources and costs are written on a page."""

from datetime import date, timedelta

from django import template
from django.utils.translation import get_language

from khoi.campaigns.models import Cost, Source

register = template.Library()


@register.filter
def in_language(source: Source | None) -> str:
    """The source's name in the language of the page; a dash for none."""
    return source.label((get_language() or "vi")[:2]) if source else "–"


@register.filter
def last_day(cost: Cost) -> date:
    """The last day a cost is for; its period ends before the day after."""
    return cost.period_end - timedelta(days=1)
