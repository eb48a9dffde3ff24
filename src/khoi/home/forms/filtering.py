"""The filter of the list of leads: read from the address, and shown as chips that change it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext_lazy

from khoi.campaigns.models import Source
from khoi.custom.forms import OwnList
from khoi.design.templatetags.design import STAGES, TEMPERATURES, WORK_STATUSES
from khoi.kit.addresses import address
from khoi.leads.queries import SORTS, VIEWS, LeadFilter
from khoi.team.models import User
from khoi.team.rules import REP, Principal

#: What of the address belongs to the filter, without sort and place.
KEYS: Final = ("view", "q", "stage", "temperature", "status", "source", "owner")
_LABELS: Final = {
    "stage": pgettext_lazy("of a lead", "Stage"),
    "temperature": gettext_lazy("Temperature"),
    "status": gettext_lazy("Work status"),
    "source": gettext_lazy("Source"),
    "owner": gettext_lazy("Owner"),
}


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition. ``said``: the chosen values in words, "" when it asks nothing; ``without``: the address then."""

    key: str
    label: str
    said: str
    options: tuple[Option, ...]
    single: bool
    without: str


def read_filter(asked: QueryDict, actor: Principal, own: OwnList) -> LeadFilter:
    view = asked.get("view", "")
    return LeadFilter(
        view=view if view in VIEWS else own_view(actor),
        q=asked.get("q", "")[:100].replace("\0", ""),
        stages=_some(asked, "stage"),
        temperatures=_some(asked, "temperature"),
        statuses=_some(asked, "status"),
        sources=_some(asked, "source"),
        owner=asked.get("owner", "")[:40],
        own=own.asks,
    )


def own_view(actor: Principal) -> str:
    """Where a list begins: with one's own leads for who has some, with everybody's for who leads or feeds them."""
    return "mine" if actor.role in {REP, "partner"} else "all"


def read_sort(asked: QueryDict) -> str:
    sort = asked.get("sort", "")
    return sort if sort in SORTS else "score"


def _some(asked: QueryDict, key: str) -> tuple[str, ...]:
    return tuple(value[:60] for value in asked.getlist(key) if value and "\0" not in value)[:30]


def chips_of(wanted: LeadFilter, asked: QueryDict, actor: Principal) -> list[Chip]:
    chosen: dict[str, Sequence[str]] = {
        "stage": wanted.stages,
        "temperature": wanted.temperatures,
        "status": wanted.statuses,
        "source": wanted.sources,
        "owner": (wanted.owner,) if wanted.owner else (),
    }
    choices = {
        "stage": [(code, str(label)) for code, label in STAGES.items()],
        "temperature": [(code, str(label)) for code, label in TEMPERATURES.items()],
        "status": [(code, str(label)) for code, label in WORK_STATUSES.items()],
        "source": _sources(actor),
        "owner": _owners(actor),
    }
    return [_chip(key, choices[key], chosen[key], asked) for key in choices if choices[key]]


def _chip(key: str, choices: list[tuple[str, str]], chosen: Sequence[str], asked: QueryDict) -> Chip:
    words = [label for value, label in choices if value in chosen]
    said = ", ".join(words) if len(words) <= 3 else gettext("%(count)s chosen") % {"count": len(words)}
    return Chip(
        key,
        str(_LABELS[key]),
        said,
        tuple(Option(value, label, value in chosen) for value, label in choices),
        key == "owner",
        address(asked, without=[key]),
    )


def _sources(actor: Principal) -> list[tuple[str, str]]:
    language = get_language() or "en"
    found = [(source.code, source.label(language)) for source in Source.objects.visible_to(actor)]
    return sorted(found, key=lambda pair: pair[1].casefold())


def _owners(actor: Principal) -> list[tuple[str, str]]:
    found = User.objects.visible_to(actor).filter(is_active=True).order_by("full_name")
    people = [(str(user.public_id), user.full_name or user.email) for user in found if user.pk != actor.id]
    return [("me", gettext("me")), ("none", gettext("nobody yet")), *people]
