"""The lines of the work queue in words: what to do, and why now, with the facts in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django import template
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from khoi.design.templatetags import formats
from khoi.home.queries.queue import Line, Sign
from khoi.home.templatetags.reasons import BANT_OF
from khoi.home.templatetags.standing import day_and_hour
from khoi.leads.fields import label_of
from khoi.leads.models import BantKind
from khoi.touchpoints.models import TouchKind

register = template.Library()


@dataclass(frozen=True, slots=True)
class Words:
    """``lead``: the reason itself; ``rest``: what belongs to it."""

    lead: str
    rest: str


@dataclass(frozen=True, slots=True)
class Verb:
    """What the button of a line says. ``does``: call, mail, bant, task, reopen, open."""

    label: str
    icon: str
    does: str


BANDS: Final = {"hour": _("Within the hour"), "today": _("Today"), "later": _("When there is time")}


@register.filter
def band_name(band: str) -> str:
    return str(BANDS[band])


@register.filter
def verb_of(line: Line) -> Verb:
    """Call first; what only needs a question or a tick says so."""
    if line.task is not None and line.reason in {"overdue", "due"} and line.task.kind not in {"call", "email"}:
        return Verb(gettext("Do it"), "task", "task")
    if line.reason == "one_short":
        return Verb(gettext("Ask"), "gate", "bant")
    if line.reason == "returned":
        return Verb(gettext("Take up again"), "loop", "reopen")
    if line.task is not None and line.task.kind == "email" and line.email:
        return Verb(gettext("Write email"), "mail", "mail")
    if line.phone:
        return Verb(gettext("Call"), "phone", "call")
    if line.email:
        return Verb(gettext("Write email"), "mail", "mail")
    return Verb(pgettext("verb", "Open"), "arrow", "open")


@register.filter
def asked_of(line: Line) -> str:
    """The BANT fact that is missing, "" when something else is."""
    return next((BANT_OF[field] for field in line.missing if field in BANT_OF), "")


@register.simple_tag(takes_context=True)
def why(context: template.Context, line: Line) -> Words:
    """Why this line stands where it stands."""
    now = context.get("now") or timezone.now()
    return _WHYS[line.reason](line, now)


def _fresh(line: Line, now: datetime) -> Words:
    lead = line.row.lead if line.row else None
    if line.sign is not None:
        quote = f"“{_short(line.sign.detail)}”" if line.sign.detail else ""
        return Words(sign_name(line.sign), _and(f"{formats.ago(line.sign.at, now)}.", quote, _unknown(line)))
    arrived = formats.ago(lead.arrived_at, now) if lead else ""
    source = str(lead.source.label(_language())) if lead and lead.source else ""
    first = gettext("New lead: %(source)s") % {"source": source} if source else gettext("New lead")
    return Words(first, _and(f"{arrived}.", _unknown(line)))


def _replied(line: Line, now: datetime) -> Words:
    sign = line.sign
    if sign is None:
        return Words(gettext("They answered"), "")
    quote = f"“{_short(sign.detail)}”" if sign.detail else gettext("Nobody has been in touch since.")
    return Words(sign_name(sign), f"{formats.ago(sign.at, now)}. {quote}")


def _task(line: Line, now: datetime) -> Words:
    if line.task is None:
        return Words("", "")
    when = day_and_hour(line.task.due_at, now) if line.task.due_at else ""
    rest = gettext("promised for %(when)s.") % {"when": when} if when else ""
    return Words(line.task.title, _and(rest, _short(line.task.note)))


def _hot(line: Line, now: datetime) -> Words:
    return Words(gettext("Hot, and nothing is planned."), _last(line, now))


def _returned(line: Line, now: datetime) -> Words:
    lead = line.row.lead if line.row else None
    if lead is None or lead.return_on is None:
        return Words(gettext("Comes back"), "")
    first = gettext("Back since %(day)s") % {"day": formats.short_day(lead.return_on)}
    reason = lead.get_exit_reason_display()
    return Words(first, gettext("(handed back: %(reason)s)") % {"reason": reason[:1].lower() + reason[1:]})


def _one_short(line: Line, now: datetime) -> Words:
    score = line.row.score if line.row else 0
    kind = asked_of(line)
    points = ngettext("%(count)s point", "%(count)s points", score) % {"count": score}
    if kind:
        said = {"points": points, "fact": str(BantKind(kind).label).lower()}
        return Words(gettext("%(points)s, never asked about %(fact)s") % said, gettext("one fact short of SQL."))
    name = label_of(line.missing[0]) if line.missing else ""
    return Words(gettext("%(points)s, one step short of SQL") % {"points": points}, name)


def _still(line: Line, now: datetime) -> Words:
    deal = line.deal
    if deal is None:
        return Words("", "")
    said = {"days": formats.days((now - deal.entered_stage_at).days), "stage": deal.stage.label(_language())}
    amount = formats.money(deal.amount, deal.currency) if deal.amount is not None else ""
    first = gettext("Standing still in %(stage)s for %(days)s") % said
    return Words(first, " · ".join(part for part in (deal.name, amount) if part))


def _cooling(line: Line, now: datetime) -> Words:
    course = line.row.course if line.row else ()
    score = line.row.score if line.row else 0
    was = round(max(course)) if course else score
    fell = gettext("from %(was)s to %(now)s points within a week.") % {"was": was, "now": score}
    return Words(gettext("Cooling"), _and(fell, _last(line, now)))


_WHYS: Final = {
    "late": _fresh,
    "soon": _fresh,
    "waiting": _fresh,
    "replied": _replied,
    "overdue": _task,
    "due": _task,
    "hot": _hot,
    "returned": _returned,
    "one_short": _one_short,
    "still": _still,
    "cooling": _cooling,
}


def sign_name(sign: Sign) -> str:
    """The kind of touch, and its title when it has one."""
    kind = str(TouchKind(sign.kind).label)
    return f"{kind}: {sign.title}" if sign.title else kind


def _last(line: Line, now: datetime) -> str:
    if line.sign is None:
        return ""
    return gettext("Last: %(sign)s %(ago)s.") % {"sign": sign_name(line.sign), "ago": formats.ago(line.sign.at, now)}


def _unknown(line: Line) -> str:
    """Which of budget, authority, need and timing nobody knows yet."""
    facts = dict.fromkeys(BANT_OF[field] for field in line.missing if field.startswith("bant_"))
    words = [str(BantKind(kind).label).lower() for kind in facts]
    if not words:
        return ""
    if len(words) == len(BantKind):
        return gettext("BANT was never asked.")
    *first, last = words
    said = gettext("%(some)s and %(last)s") % {"some": ", ".join(first), "last": last} if first else last
    return gettext("Still unknown: %(facts)s.") % {"facts": said}


def _and(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _short(text: str, most: int = 45) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[:most].rsplit(' ', 1)[0].rstrip('.,;:!?')}…"


def _language() -> str:
    return get_language() or "en"
