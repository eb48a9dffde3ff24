"""What was emptied leaves the pages of the database's files, too.

SQLite overwrites what is deleted (``secure_delete``); only its log must be taken in. PostgreSQL keeps old rows until
a table is written anew, which shuts everybody out of it for a moment: that waits for the quiet hours.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import connection, models

from khoi.capture.models import ImportRun, Submission
from khoi.history.models import Act, Answer, Change
from khoi.outbox.models import Mail
from khoi.privacy.models import Unswept
from khoi.privacy.rules.rewriting import rewriting
from khoi.workspace import queries as workspace

LOG: Final = "wal"
#: Hours of the workspace's clock in which tables may be written anew, first and last.
QUIET: Final = (1, 4)
#: Tables that every erasure touches, beside those that speak of the person.
_ALWAYS: Final[tuple[type[models.Model], ...]] = (Change, Act, Mail, Answer, Submission, ImportRun)


def note_unswept(touched: Iterable[type[models.Model]], *, now: datetime) -> list[str]:
    """Remember what is to be swept; call in the transaction of the erasure. The tables that wait."""
    tables = {model._meta.db_table for model in (*touched, *_ALWAYS)}
    names = {LOG} if connection.vendor == "sqlite" else tables
    for name in sorted(names):
        Unswept.objects.get_or_create(name=name, defaults={"since": now})
    return sorted(names - {LOG})


def unswept() -> list[str]:
    return list(Unswept.objects.order_by("name").values_list("name", flat=True))


def quiet_now(now: datetime) -> bool:
    return QUIET[0] <= now.astimezone(workspace.zone()).hour <= QUIET[1]


def sweep_log() -> None:
    """SQLite's log goes into the file and is cut to nothing. Somebody who is still reading the old state makes it
    wait for the next sweep."""
    if connection.vendor == "sqlite" and _cut_log():
        Unswept.objects.filter(name=LOG).delete()


def _cut_log() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("pragma wal_checkpoint(truncate)")
        return bool(cursor.fetchone()[0] == 0)


def sweep() -> list[str]:
    """Do now what is left; the names of what was swept. Not inside a transaction."""
    names = unswept()
    if connection.vendor == "sqlite":
        sweep_log()
        return names
    there = set(connection.introspection.table_names())
    for name in names:
        if name in there:
            _write_anew(name)
        Unswept.objects.filter(name=name).delete()
    return names


def _write_anew(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(rewriting(table))
