"""Why something is so, in words: clauses of a gate, lines of a score, the choice of an owner."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import template
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from khoi.custom.queries import said_of
from khoi.custom.rules import own_named
from khoi.design.templatetags import formats
from khoi.leads.fields import label_of
from khoi.leads.models import BantFact, DealRole, Lead, TimingBand

register = template.Library()

#: What a criterion that does not hold says beside its name.
NOT_YET: Final = {
    "has_reach": _("no email, no phone"),
    "interest": _("none shown"),
    "contact_complete": _("name, a way to reach them, a company or a second way"),
    "answered": _("no reply, no talk so far"),
    "accepted": _("nobody took it yet"),
    "intent": _("no price, demo or meeting asked for"),
    "bant_budget": _("not asked"),
    "bant_authority": _("not asked"),
    "bant_need": _("not asked"),
    "bant_timing": _("not asked"),
    "decider_involved": _("unknown"),
    "won": _("the deal is open"),
}
#: A criterion that does not hold → the BANT fact whose recording answers it.
BANT_OF: Final = {
    "bant_budget": "budget",
    "bant_authority": "authority",
    "bant_need": "need",
    "bant_timing": "timing",
    "decider_involved": "authority",
}


@register.filter
def clause_name(clause: Any) -> str:
    """The name of what a criterion asks about; a clause of a judgement or of a stored decision."""
    key = _of(clause, "field")
    return label_of(str(key))


@register.filter
def clause_gap(clause: Any, score: int | None = None) -> str:
    """What is there instead of what the criterion asks for.

    ``score``: the engagement as the page shows it, rounded; below the threshold it never reads as reached.
    """
    key, value, actual = _of(clause, "field"), _of(clause, "value"), _of(clause, "actual")
    if key == "engagement" and score is not None:
        actual = min(score, value - 1)
    if key in NOT_YET:
        return str(NOT_YET[key])
    if own_named(str(key)):
        return _own_gap(clause)
    if _of(clause, "op") == "gte":
        return gettext("%(have)s of %(need)s") % {"have": actual or 0, "need": value}
    if isinstance(value, list | tuple):
        said = {"have": actual or "–", "need": ", ".join(map(str, value))}
        return gettext("%(have)s, asked for: %(need)s") % said
    return str(actual or gettext("unknown"))


def _own_gap(clause: Any) -> str:
    """The same of a field of the workspace's own, in its words."""
    key, op = str(_of(clause, "field")), _of(clause, "op")
    wanted, have = (said_of(Lead, key, _of(clause, name)) for name in ("value", "actual"))
    if op == "gte":
        return gettext("%(have)s of %(need)s") % {"have": have or 0, "need": wanted}
    if not wanted or op not in {"eq", "in"}:
        return have or gettext("unknown")
    return gettext("%(have)s, asked for: %(need)s") % {"have": have or "–", "need": wanted}


@register.filter
def clause_seen(clause: Any) -> str:
    """What met the criterion, "" when its name says it all."""
    actual = _of(clause, "actual")
    if actual is None or isinstance(actual, bool):
        return ""
    key = str(_of(clause, "field"))
    return said_of(Lead, key, actual) if own_named(key) else str(actual)


@register.filter
def bant_of(clause: Any) -> str:
    return BANT_OF.get(_of(clause, "field"), "")


@register.filter
def field_of(clause: Any) -> str:
    return str(_of(clause, "field"))


def _of(clause: Any, name: str) -> Any:
    return clause.get(name) if isinstance(clause, Mapping) else getattr(clause, name)


@register.filter
def rule_name(line: Any) -> str:
    """The name of a scorecard's rule in the language of the page."""
    vietnamese = (get_language() or "").startswith("vi")
    return str(line.name_vi if vietnamese else line.name)


@register.filter
def bant_words(fact: BantFact) -> str:
    """A BANT fact in one line."""
    said = {"budget": _budget, "authority": _authority, "timing": _timing}.get(fact.kind)
    return said(fact) if said else fact.text


def _budget(fact: BantFact) -> str:
    if fact.amount is None:
        return fact.text
    least = formats.money(fact.amount, fact.currency or "VND")
    if fact.amount_to is None:
        return least
    return gettext("%(from)s to %(to)s") % {"from": least, "to": formats.money(fact.amount_to, fact.currency or "VND")}


def _authority(fact: BantFact) -> str:
    role = str(DealRole(fact.role).label) if fact.role else ""
    return ": ".join(part for part in (role, fact.text) if part)


def _timing(fact: BantFact) -> str:
    if fact.on_date is not None:
        return gettext("by %(day)s") % {"day": formats.day(fact.on_date)}
    return str(TimingBand(fact.band).label) if fact.band else fact.text


#: Why a lead went to its owner, by the code the choice left.
CHOSEN: Final = {
    "their_turn": _("It was their turn."),
    "only_one_free": _("Nobody else was free."),
    "least_loaded_all_full": _("All are full; they have the fewest open leads."),
    "least_loaded_all_away": _("All are away; they have the fewest open leads."),
}


@register.filter
def choice_words(reason: Mapping[str, Any]) -> str:
    """The figures an assignment was made on."""
    parts = [str(CHOSEN[reason["code"]])] if reason.get("code") in CHOSEN else []
    if "open_leads" in reason:
        open_leads = ngettext("%(count)s open lead before it", "%(count)s open leads before it", reason["open_leads"])
        said = open_leads % {"count": reason["open_leads"]}
        if reason.get("capacity") is not None:
            said = gettext("%(open)s, room for %(capacity)s") % {"open": said, "capacity": reason["capacity"]}
        parts.append(gettext("%(load)s; chosen among %(among)s.") % {"load": said, "among": reason.get("among", 1)})
    return " ".join(parts)


@register.filter
def named(record: Any) -> str:
    """A source or a stage in the language of the page."""
    return str(record.label("vi" if (get_language() or "").startswith("vi") else "en"))


@register.filter
def day_name(when: date) -> str:
    """Today, yesterday, or the full day: the heads of a timeline."""
    today = timezone.localdate()
    days = (today - when).days
    near = {0: gettext("Today"), 1: gettext("Yesterday")}
    return near.get(days) or formats.full_day(when)
