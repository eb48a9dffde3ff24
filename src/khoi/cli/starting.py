"""``init`` and ``demo``: a workspace to begin with, empty or alive."""

import sys
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from khoi.cli import installation, language, logins
from khoi.cli.answering import REFUSED, Stop, show
from khoi.cli.language import gettext as _


def init(options: Namespace) -> int:
    installation.start_django()
    installation.prepare_tables()
    _refuse_if_set_up()
    made = make_workspace(name=options.name, language=options.language or language.chosen(), email=options.email)
    lines = [
        _("The workspace is ready; khoi run serves it."),
        _("Administrator: %(email)s, password in %(file)s") % {"email": made["user"]["email"], "file": made["logins"]},
        _("API token (shown once): %s") % made["token"],
    ]
    return show(made, as_json=options.json, lines=lines)


def _refuse_if_set_up() -> None:
    from khoi.operations.queries import schema

    if schema.has_workspace():
        says = _("There is a workspace in %s already. Nothing was changed.")
        raise Stop(says % installation.data_folder(), code=REFUSED, error="not_empty")


def make_workspace(*, name: str, language: str, email: str) -> dict[str, Any]:
    """Workspace and first administrator in one transaction, then the list of log-ins."""
    from django.conf import settings
    from django.db import transaction

    from khoi.capture import services as capture
    from khoi.lifecycle import services as lifecycle
    from khoi.team import services as team
    from khoi.team.rules import OWNER_OF_THE_MACHINE as OWNER

    now, password = installation.now(), logins.password()
    with transaction.atomic():
        lifecycle.prepare_workspace(name=name or "Khơi", language=language, by=OWNER, now=now)
        capture.prepare_forms(language=language, by=OWNER, now=now)
        admin = team.add_user(
            email=email,
            full_name=_administrator(language),
            role="admin",
            visibility="all",
            language=language,
            password=password,
            by=OWNER,
            now=now,
        )
        _issued, token = team.issue_token(admin, name="khoi init", scopes=("read", "write"), by=OWNER, now=now)
    user = {"email": admin.email, "password": password, "role": "admin"}
    kept = logins.keep(settings.BASE_URL, [user], token)
    return {"url": settings.BASE_URL, "token": token, "user": user, "logins": str(kept)}


def _administrator(language: str) -> str:
    """The name of whoever begins, in the workspace's language, not the terminal's."""
    from django.utils.translation import gettext, override

    with override(language):
        return gettext("Administrator")


def demo(options: Namespace) -> int:
    installation.start_django()
    from khoi.operations.services.demo import NotEmpty

    try:
        made = fill_demo()
    except NotEmpty:
        says = _("The workspace in %s has begun already. Nothing was changed; a demo goes into one that is new.")
        raise Stop(says % installation.data_folder(), code=REFUSED, error="not_empty") from None
    lines = [
        _("The demo company is ready; khoi run serves it at %s") % made["url"],
        _("Log-ins are in %s") % logins.path(),
        *(f"  {user['email']}  {user['password']}  {user['role']}" for user in made["users"]),
    ]
    return show(made, as_json=options.json, lines=lines)


def _progress(done: int, of: int) -> None:
    """A line that counts up, for somebody who watches."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} / {of}" + ("\n" if done >= of else ""))
        sys.stderr.flush()


def fill_demo() -> Mapping[str, Any]:
    """``{url, token, users, forms}``; the log-ins are in their file as well. Whole or not at all."""
    from django.db import transaction

    from khoi.operations.services import demo

    installation.prepare_tables()
    with transaction.atomic():
        made: Mapping[str, Any] = demo.fill_demo(now=installation.now(), progress=_progress)
    logins.keep(made["url"], made["users"], made["token"])
    return made
