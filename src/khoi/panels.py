"""Which room's page or panel stands where. Lower rooms are handed these lists; a page nobody built is left out."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from khoi.team.queries import SettingsPage

#: What ``/settings/`` lists, in this order. The setting ``KHOI_SETTINGS_PAGES`` names it.
SETTINGS_PAGES: Final = (
    SettingsPage(
        "team:workspace", _("Workspace"), _("Name, zone, currency, working hours"), "sliders", "settings.edit"
    ),
    SettingsPage("team:people", _("People and teams"), _("Who is here and what they may do"), "person", "team.view"),
    SettingsPage("team:tokens", _("Tokens"), _("Keys of programs, everybody’s"), "keys", "settings.edit"),
    SettingsPage(
        "custom:fields", _("Own fields"), _("What you add to leads, people, accounts and deals"), "rows", "field.view"
    ),
    SettingsPage("capture:forms", _("Forms"), _("What visitors fill in"), "note", "form.view"),
    SettingsPage("campaigns:sources", _("Sources"), _("Where leads come from"), "drop", "campaign.view"),
    SettingsPage(
        "scoring:scorecard", _("Scorecard"), _("What counts, how much, how fast it fades"), "star", "rules.view"
    ),
    SettingsPage(
        "qualification:policy", _("Lifecycle"), _("When a lead is an MQL, an SAL, an SQL"), "loop", "rules.view"
    ),
    SettingsPage(
        "routing:rules", _("Routing"), _("Who gets which lead, and by when they call"), "userplus", "rules.view"
    ),
    SettingsPage("pipeline:stages", _("Pipeline"), _("Stages, their gates and their odds"), "pipeline", "rules.view"),
    SettingsPage("capture:imports", _("Imports"), _("Tables brought in, each can be undone"), "upload", "import.run"),
    SettingsPage(
        "timemachine:history", _("History"), _("Every change, by whom, and the way back"), "history", "act.view"
    ),
    SettingsPage("team:mail", _("Mail"), _("What went out, what waits for you"), "mail", "mail.view"),
    SettingsPage(
        "operations:health", _("Health"), _("Is it well, and when was the last backup"), "activity", "health.view"
    ),
)
