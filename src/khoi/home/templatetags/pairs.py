"""Words about two people who may be one."""

from collections.abc import Iterable
from typing import Final

from django import template
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from khoi.design.templatetags.formats import percent

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
LANGUAGES: Final = {"vi": "Tiếng Việt", "en": "English"}


@register.filter
def pair_reasons(codes: Iterable[str]) -> str:
    """Why two may be one, as one phrase; "; " keeps phrases with a comma apart."""
    told = list(codes)
    if {"same_name_company", "same_name_region"} <= set(told):
        told = [code for code in told if code != "same_name_region"]
        told[told.index("same_name_company")] = "same_name_company_region"
    return capfirst("; ".join(str(REASONS.get(code, code)) for code in told))


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
