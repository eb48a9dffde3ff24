"""How things stand, in words: the response clock, the next step, when something is due."""

from datetime import datetime, timedelta
from typing import Final

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from khoi.activities.models import Task
from khoi.design.templatetags import design, formats
from khoi.leads.models import Lead
from khoi.leads.rules import ENDED

register = template.Library()

#: Minutes a lead is promised when the page does not say.
PROMISED: Final = 30


@register.simple_tag(takes_context=True)
def lead_clock(context: template.Context, lead: Lead, wordy: bool = False) -> SafeString:
    """The response clock of a lead: time left, late, or after how long somebody answered."""
    now = context.get("now") or timezone.now()
    if lead.responded_at is not None:
        after = formats.duration(max(lead.responded_at - lead.arrived_at, timedelta(0)))
        return design.clock("kept", 0, _("after %(span)s") % {"span": after})
    if lead.respond_by is None or lead.lifecycle_stage in ENDED:
        return SafeString('<span class="quiet">–</span>')
    left = lead.respond_by - now
    span = formats.duration(left)
    if left <= timedelta(0):
        return design.clock("late", 0, _("%(span)s late") % {"span": span})
    promised = timedelta(minutes=getattr(context.get("workspace"), "response_minutes", PROMISED))
    said = _("%(span)s left to respond") if wordy else _("%(span)s left")
    return design.clock("soon" if left <= promised else "", left / promised * 100, said % {"span": span})


@register.simple_tag(takes_context=True)
def due(context: template.Context, task: Task) -> SafeString:
    """When a task is due, as a clock: late in red, today with its hour."""
    now = context.get("now") or timezone.now()
    if task.due_at is None:
        return SafeString('<span class="quiet">–</span>')
    if task.done_at is not None:
        return design.clock("kept", 0, formats.moment(task.done_at))
    if task.due_at < now:
        return design.clock("late", 0, _("%(span)s late") % {"span": formats.duration(now - task.due_at)})
    soon = task.due_at - now < timedelta(hours=1)
    return design.clock("soon" if soon else "", 60 if soon else 80, day_and_hour(task.due_at, now))


@register.simple_tag(takes_context=True)
def step(context: template.Context, task: Task | None) -> SafeString:
    """The next step of a lead: what, and when."""
    if task is None:
        return format_html('<span class="warn">{}</span>', _("none yet"))
    if task.due_at is None:
        return format_html("{}", task.title)
    now = context.get("now") or timezone.now()
    late = SafeString(' class="bad"') if task.due_at < now else ""
    when = day_and_hour(task.due_at, now)
    return format_html("<span>{}</span><span>&nbsp;· <span{}>{}</span></span>", task.title, late, when)


def day_and_hour(when: datetime, now: datetime) -> str:
    """today 14:00, tomorrow 9:00, 24/11 10:00; the hour is left out at midnight."""
    local, today = timezone.localtime(when), timezone.localtime(now).date()
    hour = "" if (local.hour, local.minute) == (0, 0) else f" {formats.hour(when)}"
    days = (local.date() - today).days
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    return (near.get(days) or formats.short_day(when)) + hour


@register.filter
def reached(when: datetime, now: datetime) -> str:
    """The hour for today, else the day: 9:12, 4 Nov."""
    same_day = timezone.localtime(when).date() == timezone.localtime(now).date()
    return formats.hour(when) if same_day else formats.short_day(when)


@register.filter
def since(when: datetime | None, now: datetime | None = None) -> str:
    """How long ago, without "ago": 12 min, 3 days."""
    return "–" if when is None else formats.duration((now or timezone.now()) - when)
