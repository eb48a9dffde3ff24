"""Who gets in: people and teams, log-in, passwords, one-time links, tokens."""

from khoi.team.services.entering import TooMany, forget_expired, log_in
from khoi.team.services.joining import (
    add_user,
    change_user,
    choose_language,
    deactivate_user,
    invite_user,
    reactivate_user,
    send_invitation,
)
from khoi.team.services.keys import issue_token, revoke_token
from khoi.team.services.passwords import (
    answer_forgotten,
    ask_for_reset,
    change_password,
    set_password,
    use_ticket,
)
from khoi.team.services.teams import add_team, rename_team
from khoi.team.services.tickets import invitation_link

__all__ = [
    "TooMany",
    "add_team",
    "add_user",
    "answer_forgotten",
    "ask_for_reset",
    "change_password",
    "change_user",
    "choose_language",
    "deactivate_user",
    "forget_expired",
    "invitation_link",
    "invite_user",
    "issue_token",
    "log_in",
    "reactivate_user",
    "rename_team",
    "revoke_token",
    "send_invitation",
    "set_password",
    "use_ticket",
]
