"""Tags of the design: icons, marks, small charts, form controls. `{% load design %}` brings the formats along too."""

from collections.abc import Mapping, Sequence
from typing import Final

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, ClearableFileInput, RadioSelect
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from khoi.design import rules
from khoi.design.templatetags import formats

register = template.Library()
register.filters.update(formats.register.filters)

STAGES: Final = {
    "suspect": _("Suspect"),
    "lead": _("Lead"),
    "prospect": _("Prospect"),
    "mql": _("MQL"),
    "sal": _("SAL"),
    "sql": _("SQL"),
    "opportunity": _("Opportunity"),
    "customer": _("Customer"),
    "recycled": _("Recycled"),
    "disqualified": _("Disqualified"),
}
TEMPERATURES: Final = {
    "cold": pgettext_lazy("temperature", "Cold"),
    "warm": pgettext_lazy("temperature", "Warm"),
    "hot": pgettext_lazy("temperature", "Hot"),
}
WORK_STATUSES: Final = {
    "new": pgettext_lazy("work status", "New"),
    "attempting": pgettext_lazy("work status", "Attempting"),
    "contacted": pgettext_lazy("work status", "Contacted"),
    "nurturing": pgettext_lazy("work status", "Nurturing"),
    "closed": pgettext_lazy("work status", "Closed"),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite. Beside words it is silent; standing alone it needs `label`."""
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>', label, _sprite(), name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', _sprite(), name)


def _sprite() -> str:
    return static("design/icons.svg")


@register.simple_tag
def avatar(name: str, kind: str = "", size: str = "", silent: bool = False) -> SafeString:
    """Initials in a ring (`kind="company"`: in a square, `size="l"`: large). Silent where the name stands beside it."""
    said = SafeString('aria-hidden="true"') if silent else format_html('role="img" title="{}"', name)
    shape = format_html_join("", ' data-{}="{}"', [(k, v) for k, v in (("kind", kind), ("size", size)) if v])
    return format_html(
        '<span class="avatar"{} {}>{}</span>', shape, said, rules.initials(str(name), company=kind == "company")
    )


@register.simple_tag
def stage(code: str, label: str = "") -> SafeString:
    """The vessel of a lifecycle stage with its word; recycled and disqualified are exits, not levels."""
    word = label or STAGES.get(code, code)
    level = rules.STAGE_LEVELS.get(code)
    if level is None:
        return format_html('<span class="stage" data-exit>{}</span>', word)
    return format_html('<span class="stage" style="--level:{}">{}</span>', level, word)


@register.filter
def stage_label(code: str) -> str:
    """The word of a lifecycle stage."""
    return str(STAGES.get(code, code))


@register.simple_tag
def temperature(code: str) -> SafeString:
    """One, two or three bars and the word; nothing for a lead not yet judged."""
    if not code:
        return SafeString("")
    return format_html('<span class="temp" data-t="{}">{}</span>', code, TEMPERATURES.get(code, code))


@register.filter
def temperature_label(code: str) -> str:
    """The word of a temperature."""
    return str(TEMPERATURES.get(code, code))


@register.filter
def work_status(code: str) -> str:
    """The word of a work status."""
    return str(WORK_STATUSES.get(code, code))


@register.simple_tag
def clock(state: str, left: float | None, label: str) -> SafeString:
    """The response clock. `state` is "" (running), "soon", "late" or "kept"; `left` is 0…100 of the promised time."""
    if state == "kept":
        return format_html('<span class="clock" data-state="kept">{}</span>', label)
    share = min(100, max(0, round(left or 0)))
    return format_html('<span class="clock" data-state="{}" style="--left:{}">{}</span>', state, share, label)


@register.simple_tag
def score(value: float | None, points: Sequence[float] | str = "", word: bool = True) -> SafeString:
    """A score, right-aligned, then its recent course: `points` oldest first, a sequence or "12, 14, 20"."""
    if value is None:
        return SafeString('<span class="score"><b>–</b></span>')
    said = format_html('<span class="sr">{}</span>', gettext("Score")) if word else ""
    return format_html('<span class="score">{}<b>{}</b>{}</span>', said, formats.number(round(value)), spark(points))


@register.simple_tag
def spark(points: Sequence[float] | str = "", width: int = 52, height: int = 18) -> SafeString:
    """A sparkline; nothing for fewer than two points. It repeats figures said elsewhere, so it is silent."""
    drawn = rules.spark(_figures(points), width=width, height=height)
    if drawn is None:
        return SafeString("")
    return format_html(
        '<svg class="spark" data-dir="{}" width="{}" height="{}" aria-hidden="true"><path class="under" d="{}"/>'
        '<path d="{}"/><circle cx="{}" cy="{}" r="1.9"/></svg>',
        "up" if drawn.rising else "down",
        drawn.width,
        drawn.height,
        drawn.area,
        drawn.line,
        drawn.x,
        drawn.y,
    )


def _figures(points: Sequence[float] | str) -> list[float]:
    if isinstance(points, str):
        return [float(p) for p in points.split(",") if p.strip()]
    return [float(p) for p in points]


@register.simple_tag
def meter(value: float, was: float = 0, tone: str = "", label: str = "") -> SafeString:
    """A bar filled to `value` of 100, pale up to `was` (before it faded). `tone`: "", "warn", "bad"."""
    said = format_html(' role="img" aria-label="{}"', label) if label else SafeString(' aria-hidden="true"')
    colour = format_html(' data-tone="{}"', tone) if tone else ""
    return format_html(
        '<span class="meter"{}{} style="--v:{};--was:{}"></span>', colour, said, _share(value), _share(was)
    )


def _share(value: float) -> int:
    return min(100, max(0, round(value)))


@register.simple_tag
def sure(level: int) -> SafeString:
    """How sure a BANT fact is: 0…3 dots."""
    dots = format_html_join("", "<i{}></i>", [(SafeString(' class="on"') if i < level else "",) for i in range(3)])
    said = gettext("sure %(level)s of 3") % {"level": level}
    return format_html('<span class="sure" role="img" aria-label="{}">{}</span>', said, dots)


@register.simple_tag
def badge(text: str, tone: str = "", sign: str = "") -> SafeString:
    """A small tag; `tone` is "", "good", "warn", "bad" or "water", `sign` an icon."""
    colour = format_html(' data-tone="{}"', tone) if tone else ""
    return format_html('<span class="badge"{}>{}{}</span>', colour, icon(sign) if sign else "", text)


@register.inclusion_tag("design/stream.html")
def stream(
    steps: Sequence[rules.StreamStep], pinch: int | None = None, label: str = "", width: int = 1240, height: int = 240
) -> Mapping[str, object]:
    """A funnel as a stream that narrows; `pinch` is the index of the step whose way onward leaks."""
    said = label or ", ".join(f"{s.label} {s.shown}" for s in steps)
    return {"drawn": rules.stream(steps, pinch=pinch, width=width, height=height), "label": said}


@register.simple_tag
def control(field: BoundField, **attrs: str) -> SafeString:
    """The widget of a form field with our looks, and its hint and error tied to it for screen readers."""
    if not isinstance(field.field.widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple | ClearableFileInput):
        attrs["class"] = f"input {attrs.get('class', '')}".strip()
    told = [f"{field.auto_id}_{part}" for part, there in (("hint", field.help_text), ("error", field.errors)) if there]
    if told:
        attrs["aria-describedby"] = " ".join(told)
    if field.errors:
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs={name.replace("_", "-"): value for name, value in attrs.items()})


@register.filter
def control_kind(field: BoundField) -> str:
    """How `field.html` lays the field out: "hidden", "check" (one box), "group" (several) or "line"."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "group"
    return "check" if isinstance(widget, CheckboxInput) else "line"


@register.filter
def undo_url(message: Message) -> str:
    """The address that takes a message's change back: messages are sent with `extra_tags="undo:/history/7/undo/"`."""
    tags = (message.extra_tags or "").split()
    return next((tag.removeprefix("undo:") for tag in tags if tag.startswith("undo:")), "")
