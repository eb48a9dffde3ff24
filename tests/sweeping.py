"""Keeps a long run on PostgreSQL as quick at its end as at its beginning.

Every test is taken back, and PostgreSQL keeps the rows of what is taken back until somebody sweeps: without that, each
test reads past those of all before it. Servers of developers often do not sweep by themselves.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

#: So many dead rows of one table begin to slow the next test down; sweeping them takes some milliseconds.
MANY = 500


@pytest.fixture(scope="module", autouse=True)
def _swept(django_db_blocker: Any) -> Iterator[None]:
    """After each module, when nothing of it is open any more."""
    yield
    if connection.vendor == "postgresql" and connection.connection is not None:
        with django_db_blocker.unblock():
            _sweep()


def _sweep() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select format('vacuum %%I.%%I', schemaname, relname) from pg_stat_all_tables "
            "where n_dead_tup > %s and schemaname in ('public', 'pg_catalog')",
            [MANY],
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
