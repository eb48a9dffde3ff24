"""Who somebody is, what they may see, and the gateway that every read and write passes."""

from khoi.team.queries.gateway import Forbidden, Hidden, authorize, find, out_of_sight, visible
from khoi.team.queries.letters import Letter, mail_text
from khoi.team.queries.principals import principal_of, token_principal
from khoi.team.queries.settings import Place, SettingsPage, mail_to_decide, settings_pages, the_workspace
from khoi.team.queries.tickets import live_ticket, password_mark

__all__ = [
    "Forbidden",
    "Hidden",
    "Letter",
    "Place",
    "SettingsPage",
    "authorize",
    "find",
    "live_ticket",
    "mail_text",
    "mail_to_decide",
    "out_of_sight",
    "password_mark",
    "principal_of",
    "settings_pages",
    "the_workspace",
    "token_principal",
    "visible",
]
