"""One figure for everything the database remembers, so that "nothing was written" is a comparison."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db import connection, models

from khoi.history.models import KINDS, Act, Change, Head
from khoi.history.rules.tables import TRANSIENT


def digest() -> str:
    """Over every row of every table that is not transient, and over the history itself."""
    kept: list[type[models.Model]] = [model for model, table in KINDS.items() if table.kind != TRANSIENT]
    kept += [Act, Change, Head]
    figure = sha256()
    for model in sorted(kept, key=lambda m: m._meta.db_table):
        figure.update(model._meta.db_table.encode())
        for row in model._base_manager.order_by("pk").values_list():
            figure.update(repr([_plain(value) for value in row]).encode())
    return figure.hexdigest()


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


@dataclass(frozen=True)
class Watch:
    """Tells whether the database remembers anything else than ``figure``, the digest it had when the watch began.

    Reading every table takes far longer than most requests. Where the engine itself counted no row written, there is
    nothing to compare; where it counted one, taken back or not, everything is.
    """

    figure: str
    began: int = field(default_factory=lambda: rows_written())

    def sees_a_change(self) -> bool:
        return rows_written() != self.began and digest() != self.figure


def rows_written() -> int:
    """Rows this connection has inserted, changed or deleted, by triggers too, counted by the engine; it only grows."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        return int(connection.connection.total_changes)
    with connection.cursor() as cursor:
        cursor.execute("select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_xact_all_tables")
        return int(cursor.fetchone()[0])
