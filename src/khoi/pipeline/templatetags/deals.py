"""Tags of the pipeline: names of stages, sums in several currencies."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.translation import get_language, pgettext

from khoi.campaigns.models import Source
from khoi.custom.queries import standing_in
from khoi.custom.rules import own_named
from khoi.design.templatetags import formats
from khoi.pipeline.models import Opportunity, Pipeline, PipelineStage
from khoi.pipeline.queries import Cash, label_of

register = template.Library()


@register.filter
def stage_name(stage: PipelineStage) -> str:
    """The stage's name in the language of the page."""
    return stage.label(get_language() or "")


@register.filter
def pipeline_name(pipeline: Pipeline) -> str:
    """The pipeline's name in the language of the page."""
    vietnamese = (get_language() or "").startswith("vi")
    return pipeline.name_vi if vietnamese and pipeline.name_vi else pipeline.name


@register.filter
def sums(cash: Cash) -> str:
    """One sum per currency: "12,46 tỷ ₫ + 40.000 US$"; a dash for none."""
    return _joined(cash, bare=False)


@register.filter
def bare_sums(cash: Cash) -> str:
    """The same without the sign of the currency when there is only one."""
    return _joined(cash, bare=len(cash.sums) == 1)


def _joined(cash: Cash, *, bare: bool) -> str:
    show = formats.money_bare if bare else formats.money
    return " + ".join(show(amount, currency) for amount, currency in cash.sums if amount) or "–"


@register.filter
def field_label(name: str) -> str:
    """What people call a field of a deal."""
    return label_of(name)


@register.filter
def field_value(deal: Opportunity, name: str) -> str:
    """The field's value as people write it; '' when it has none."""
    if (own := own_named(name)) is not None:
        record = getattr(deal, own[0]) if own[0] else deal
        there = standing_in(record) if record is not None else []
        return next((one.words for one in there if one.field.key == own[1]), "")
    value = getattr(deal, name, None)
    if value in (None, ""):
        return ""
    if name == "amount":
        return formats.money(deal.amount, deal.currency)
    return formats.day(deal.close_on) if name == "close_on" else str(value)


@register.filter
def in_days(days: int) -> str:
    """A number of days in a stage: "today", "5 days"."""
    return formats.days(days) if days else pgettext("days in a stage", "today")


@register.filter
def odds(probability: int) -> str:
    """A stage's probability, stored in percent: 35 %."""
    return formats.percent(probability / 100)


@register.filter
def whole_days(span: timedelta) -> str:
    """How long a deal stayed in a stage, in whole days; "today" for less than one."""
    return in_days(span.days)


@register.filter
def source_name(source: Source) -> str:
    """The source's name in the language of the page."""
    vietnamese = (get_language() or "").startswith("vi")
    return source.name_vi if vietnamese and source.name_vi else source.name


@register.filter
def due(moment: datetime) -> str:
    """When a step is due: the hour when it is today, else the day."""
    today = timezone.localtime(moment).date() == timezone.localdate()
    return formats.hour(moment) if today else formats.short_day(moment)
