"""Bringing the tables to this version's shape, with the data as it was kept beside."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from khoi import __version__
from khoi.history import services as history
from khoi.history.rules.actors import SYSTEM
from khoi.kit.db.planning import begin_statistics
from khoi.kit.db.recording import triggers_aside
from khoi.operations.queries import schema
from khoi.operations.services import backing_up, engines

#: Any number, the same in every process of Khơi.
_LOCK: Final = 7_405_116


class TooNew(Exception):
    """The database was last used by a newer Khơi; ``names`` are migrations this one does not know."""

    def __init__(self, names: set[str]) -> None:
        super().__init__(", ".join(sorted(names)))
        self.names = names


def upgrade_database(*, now: datetime) -> str | None:
    """Bring the live database up to date. The backup made before, if data was at stake; else None.

    Two processes that start at once take turns, and the second finds nothing to do.
    """
    if not schema.pending() and not schema.unknown():
        return None
    with _one_at_a_time():
        stands = schema.pending() and schema.has_workspace()
        sound = stands and history.is_in_shape()
        kept = _keep(now) if schema.pending() else None
        upgrade_tables()
        if sound:  # what somebody else reshaped before is not made ours by an upgrade
            history.note_shape("upgrade_database", by=SYSTEM, now=now, why={"version": __version__})
    return kept


def upgrade_tables() -> None:
    """Apply what is pending. Raises ``TooNew`` rather than write into what it does not know."""
    if newer := schema.unknown():
        raise TooNew(newer)
    if schema.pending():
        call_command("migrate", verbosity=0, interactive=False)
        with transaction.atomic(), triggers_aside(connection):
            pass  # those of this version come back, also on tables that no migration touched
        begin_statistics(connection)


def _keep(now: datetime) -> str | None:
    """PostgreSQL without pg_dump has only the form of this version's tables; there the transaction must do."""
    if not schema.has_workspace() or (connection.vendor != "sqlite" and not engines.can_dump()):
        return None
    return backing_up.keep_aside(f"upgrade-to-{__version__}", now=now)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.DATA_DIR / "upgrade.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if connection.vendor == "sqlite":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [_LOCK])
