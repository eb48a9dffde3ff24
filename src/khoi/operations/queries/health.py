"""How the installation is doing: figures, and codes of what asks for attention."""

import json
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection

from khoi import __version__
from khoi.operations.models import JobRun
from khoi.operations.rules import LAST_BACKUP
from khoi.outbox import queries as outbox
from khoi.outbox.queries import Tally

LOW_DISK: Final = 1 << 30  # bytes
OLD_BACKUP: Final = timedelta(days=7)
VERIFY: Final = "operations.jobs.verify_history"


@dataclass(frozen=True, slots=True)
class Backup:
    made_at: datetime
    file: str
    size: int


@dataclass(frozen=True, slots=True)
class LastRun:
    """``problem`` is empty when the run went well."""

    name: str
    finished_at: datetime | None
    due_at: datetime
    problem: str


@dataclass(frozen=True, slots=True)
class Health:
    """Sizes in bytes. ``history_ok`` is None before the first check. ``warnings``: low_disk, no_backup,
    old_backup, history_altered, job_failing, mail_held."""

    version: str
    engine: str
    database_size: int
    disk_free: int
    data_folder: str
    backup: Backup | None
    mail: Tally
    jobs: tuple[LastRun, ...]
    history_ok: bool | None
    history_acts: int
    history_checked_at: datetime | None
    warnings: tuple[str, ...]


def answers() -> bool:
    """One trivial question to the database; raises what it raises when there is no answer."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from workspace_workspace")
        return cursor.fetchone() is not None


def installation(*, now: datetime) -> Health:
    runs = list(JobRun.objects.order_by("name"))
    check = next((run for run in runs if run.name == VERIFY), None)
    found: dict[str, Any] = check.detail if check else {}
    backup, mail, free = _last_backup(), outbox.tally(), shutil.disk_usage(settings.DATA_DIR).free
    return Health(
        version=__version__,
        engine=_engine(),
        database_size=_size(),
        disk_free=free,
        data_folder=str(settings.DATA_DIR),
        backup=backup,
        mail=mail,
        jobs=tuple(LastRun(run.name, run.finished_at, run.due_at, run.problem) for run in runs),
        history_ok=found.get("ok"),
        history_acts=found.get("acts", 0),
        history_checked_at=check.finished_at if check else None,
        warnings=tuple(_warnings(backup, mail, free, runs, found, now)),
    )


def _warnings(
    backup: Backup | None, mail: Tally, free: int, runs: list[JobRun], found: dict[str, Any], now: datetime
) -> list[str]:
    signs = {
        "history_altered": found.get("ok") is False,
        "low_disk": free < LOW_DISK,
        "no_backup": backup is None,
        "old_backup": backup is not None and now - backup.made_at > OLD_BACKUP,
        "job_failing": any(run.problem for run in runs),
        "mail_held": mail.held > 0,
    }
    return [code for code, is_so in signs.items() if is_so]


def _engine() -> str:
    if connection.vendor == "sqlite":
        from sqlite3 import sqlite_version

        return f"SQLite {sqlite_version}"
    connection.ensure_connection()
    return "PostgreSQL " + ".".join(map(str, connection.get_database_version()))


def _size() -> int:
    if connection.vendor == "sqlite":
        name = Path(connection.settings_dict["NAME"])
        files = (name.with_name(name.name + ending) for ending in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())
    with connection.cursor() as cursor:
        cursor.execute("select pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def _last_backup() -> Backup | None:
    try:
        noted = json.loads((settings.DATA_DIR / LAST_BACKUP).read_text(encoding="utf-8"))
        return Backup(datetime.fromisoformat(noted["made_at"]), str(noted["file"]), int(noted["size"]))
    except (OSError, ValueError, KeyError):
        return None
