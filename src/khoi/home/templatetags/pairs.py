"""Words about two people who may be one."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from django import template
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from khoi.design.templatetags.formats import number, percent
from khoi.duplicates.models import MergeRun

register = template.Library()

REASONS: Final[dict[str, str | Promise]] = {
    "same_email": _("same email"),
    "same_phone": _("same phone"),
    "same_name_company": _("same name and company"),
    "same_name_company_region": _("same name, company and region"),
    "like_name_company": _("similar name, same company"),
    "same_name_region": _("same name and region"),
    "like_email": _("similar name and email"),
}
FIELDS: Final[dict[str, str | Promise]] = {
    "full_name": _("Name"),
    "job_title": _("Job title"),
    "language": _("Language"),
    "email": _("Email"),
    "phone": _("Phone"),
}
KEPT: Final[dict[str, str | Promise]] = {
    "leads": _("Leads"),
    "deals": _("Deals"),
    "accounts": _("Accounts"),
    "doings": _("What happened"),
}
BECAUSE: Final[dict[str, str | Promise]] = {
    "only_one": _("the other is empty"),
    "email": _("the other one stays, too"),
    "phone": _("the other one stays, too"),
}
STEPS: Final[dict[str, str | Promise]] = {
    "read": _("Reading everybody"),
    "compare": _("Looking for those who share something"),
    "weigh": _("Comparing pair by pair"),
    "keep": _("Keeping what was found"),
}
LEFT: Final[dict[str, str | Promise]] = {
    "told_apart": _("somebody said that they are two"),
    "erased": _("one was erased"),
    "gone": _("one is not there any more"),
    "merged_elsewhere": _("one became somebody else meanwhile"),
    "already_one": _("they were one already"),
    "taken_back": _("the merging was undone meanwhile"),
}
LANGUAGES: Final = {"vi": "Tiếng Việt", "en": "English"}


@register.filter
def merged_said(run: MergeRun) -> str:
    return merged_words(run)


@register.filter
def pair_reasons(codes: Iterable[str]) -> str:
    """Why two may be one, as one phrase; "; " keeps phrases with a comma apart."""
    told = list(codes)
    if {"same_name_company", "same_name_region"} <= set(told):
        told = [code for code in told if code != "same_name_region"]
        told[told.index("same_name_company")] = "same_name_company_region"
    return capfirst("; ".join(str(REASONS.get(code, code)) for code in told))


def merged_words(run: MergeRun) -> str:
    """What came of merging many."""
    merged = int(run.counts.get("merged", 0))
    says = ngettext("%(n)s record was merged into another.", "%(n)s records were merged into others.", merged)
    told = says % {"n": number(merged)} if merged else gettext("Nobody was merged.")
    return " ".join([told, *left_words(run)])


def left_words(run: MergeRun | None) -> list[str]:
    """Who was not merged, and why: a sentence for each reason."""
    whys = Counter(why for *_two, why in run.left) if run is not None else Counter[str]()
    says = {
        why: ngettext("%(n)s pair was left: %(why)s.", "%(n)s pairs were left: %(why)s.", n) for why, n in whys.items()
    }
    return [says[why] % {"n": number(n), "why": LEFT.get(why, why)} for why, n in whys.most_common()]


@register.filter
def scan_step(step: str) -> str:
    """What a look through everybody is doing."""
    return str(STEPS.get(step, STEPS["read"]))


@register.filter
def pair_sure(percents: int) -> str:
    """How sure, as each language writes it: 92% or 92 %."""
    return percent(percents / 100)


@register.filter
def merge_field(name: str) -> str:
    return str(FIELDS[name])


@register.filter
def kept_name(kind: str) -> str:
    return str(KEPT[kind])


@register.filter
def language_name(code: str) -> str:
    """A language in its own word."""
    return LANGUAGES.get(code, code or str(get_language()))


@register.filter
def because_words(name: str) -> str:
    return str(BECAUSE.get(name, ""))
