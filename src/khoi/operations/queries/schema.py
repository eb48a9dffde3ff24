"""Which migrations the database has had, and which this version of Khơi knows."""

from pathlib import Path

from django.apps import apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import OperationalError, ProgrammingError

from khoi.workspace.models import Workspace


def known() -> set[str]:
    """``people.0001_initial`` of every migration file there is; read from the folders, none is imported."""
    return {
        f"{app.label}.{file.stem}"
        for app in apps.get_app_configs()
        for file in (Path(app.path) / "migrations").glob("[0-9]*.py")
    }


def applied() -> set[str]:
    """What the database has had; empty for an empty database."""
    return {f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()}


def pending() -> set[str]:
    return known() - applied()


def unknown() -> set[str]:
    """Applied by a newer Khơi than this one: it must not write here."""
    return {name for name in applied() - known() if name.split(".")[0] in apps.app_configs}


def has_workspace() -> bool:
    """Whether somebody set this database up; False when it has no tables at all."""
    try:
        return Workspace.objects.filter(pk=1).exists()
    except (OperationalError, ProgrammingError):
        if "workspace_workspace" in connection.introspection.table_names():
            raise
        return False
