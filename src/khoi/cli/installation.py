"""The installation a command works on: its folder, its settings, its workspace."""

import atexit
import os
from datetime import UTC, datetime
from pathlib import Path

from khoi.cli import language
from khoi.cli.answering import Stop, warn
from khoi.cli.language import gettext as _


def start_django() -> None:
    """Settings, tables and translations, in the language of the command line."""
    import django
    from django.apps import apps
    from django.db import connections
    from django.utils import translation

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khoi.settings")
    if not apps.ready:
        os.umask(0o077)  # what we write into the data folder is its owner's alone
        django.setup()
        atexit.register(connections.close_all)  # SQLite tidies its log into the database then
    translation.activate(language.chosen())


def open_workspace() -> None:
    """Django, on a workspace that is ready; otherwise the command ends here and nothing was made."""
    if is_bare():
        raise no_workspace()
    start_django()
    from khoi.operations.queries import schema

    if not schema.has_workspace():
        raise no_workspace()
    if schema.unknown():
        raise Stop(_("This workspace was last used by a newer Khơi. Nothing was changed; use that version."))
    if schema.pending():
        raise Stop(_("This workspace was made by an older Khơi. Nothing was changed; khoi run brings it up to date."))


def is_bare() -> bool:
    """There is not even a database file; known without starting Django, which would make a folder and a key."""
    given = os.environ.get("KHOI_DATABASE_URL")
    return not _django_runs() and not given and not (data_folder() / "khoi.db").exists()


def no_workspace() -> Stop:
    where = (os.environ.get("KHOI_DATABASE_URL") and _("the database of KHOI_DATABASE_URL")) or str(data_folder())
    return Stop(_("There is no workspace in %s yet: run khoi init first.") % where, error="no_workspace")


def prepare_tables() -> None:
    """The database has the shape this version wants; data of an older version is backed up first."""
    from khoi.operations import services as operations

    if kept := operations.upgrade_database(now=now()):
        warn(_("The database was brought up to date; the data as it was before is kept in %s.") % kept)


def data_folder() -> Path:
    return Path(os.environ.get("KHOI_DATA", "data")).resolve()


def now() -> datetime:
    return datetime.now(UTC)


def _django_runs() -> bool:
    """In a test, or in a program that called us."""
    import sys

    return "django.apps" in sys.modules and sys.modules["django.apps"].apps.ready
