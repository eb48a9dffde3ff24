"""``user add``, ``user token``, ``user deactivate``: who gets in."""

from argparse import Namespace
from typing import Any

from khoi.cli import installation
from khoi.cli.answering import Stop, show
from khoi.cli.language import gettext as _


def add(options: Namespace) -> int:
    installation.open_workspace()
    from django.db import transaction

    from khoi.team import services as team
    from khoi.workspace import queries as workspace

    now = installation.now()
    with transaction.atomic():
        user = team.add_user(
            email=options.email,
            full_name=options.name or options.email.partition("@")[0],
            role=options.role,
            team=_team(options.team),
            language=options.language or workspace.current().language,
            by=_owner(),
            now=now,
        )
        link = team.invitation_link(user, now=now)
    answer = {"email": user.email, "role": user.role, "link": link}
    says = _("%(email)s joined as %(role)s. Send them this link; it works once: %(link)s")
    return show(answer, as_json=options.json, lines=[says % answer])


def token(options: Namespace) -> int:
    installation.open_workspace()
    from khoi.team import services as team

    scopes = ("read",) if options.read_only else ("read", "write")
    user = _user(options.email)
    issued, key = team.issue_token(user, name=options.name, scopes=scopes, by=_owner(), now=installation.now())
    answer = {"email": user.email, "name": issued.name, "scopes": issued.scopes, "token": key}
    return show(answer, as_json=options.json, lines=[key])


def deactivate(options: Namespace) -> int:
    installation.open_workspace()
    from khoi.team import services as team

    user = _user(options.email)
    team.deactivate_user(user, by=_owner(), now=installation.now())
    says = _("%s is shut out: log-ins and tokens ended at once.")
    return show({"email": user.email, "is_active": False}, as_json=options.json, lines=[says % user.email])


def _user(email: str) -> Any:
    from khoi.team.models import User

    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise Stop(_("Nobody logs in as %s. Nothing was changed.") % email, error="unknown_user")
    return user


def _team(name: str | None) -> Any:
    """The team of that name, made when there is none; None without a name."""
    if name is None:
        return None
    from khoi.team import services as team
    from khoi.team.models import Team

    known = {each.name.casefold(): each for each in Team.objects.all()}
    return known.get(" ".join(name.split()).casefold()) or team.add_team(name, by=_owner(), now=installation.now())


def _owner() -> Any:
    from khoi.team.rules import OWNER_OF_THE_MACHINE

    return OWNER_OF_THE_MACHINE
