"""Settings: which pages there are, and records that have no owner but a right."""

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from khoi.outbox.models import Mail
from khoi.team.queries.gateway import Forbidden, Hidden
from khoi.team.rules import Principal
from khoi.workspace.models import Workspace

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """One page of the settings: its words, its address by name, and the right one needs to see it."""

    url_name: str
    label: str | Promise
    text: str | Promise
    icon: str
    action: str


@dataclass(frozen=True, slots=True)
class Place:
    """A settings page somebody may open."""

    label: str
    text: str
    icon: str
    url: str


def settings_pages(actor: Principal) -> list[Place]:
    """The pages that exist and that the actor may open, in the order of ``KHOI_SETTINGS_PAGES``.

    That setting names a list of ``SettingsPage`` in a composition file, because this room stands below most
    of the rooms the pages belong to.
    """
    registered: tuple[SettingsPage, ...] = import_string(settings.KHOI_SETTINGS_PAGES)
    return [place for page in registered if actor.may(page.action) and (place := _place(page)) is not None]


def _place(page: SettingsPage) -> Place | None:
    try:
        return Place(str(page.label), str(page.text), page.icon, reverse(page.url_name))
    except NoReverseMatch:
        return None


def the_workspace(actor: Principal, action: str) -> Workspace:
    """The one workspace, asked like any record: ``Hidden`` before it is set up, ``Forbidden`` without the right."""
    if not actor.may(action):
        raise Forbidden(action)
    return _found(Workspace.objects.filter(pk=1).first())


def mail_to_decide(actor: Principal, action: str, public_id: UUID) -> Mail:
    """A mail by its id, for those who may see mail at all."""
    if not actor.may(action):
        raise Forbidden(action)
    return _found(Mail.objects.filter(public_id=public_id).first())


def _found(record: R | None) -> R:
    if record is None:
        raise Hidden
    return record
