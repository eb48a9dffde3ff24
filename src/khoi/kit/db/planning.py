"""What the database knows of its own rows, from which it chooses the way to an answer."""

from typing import Any, Final

_HAS_BEGUN: Final = "select 1 from sqlite_master where name = 'sqlite_stat1'"


def begin_statistics(connection: Any) -> None:
    """Once, while the tables are made: the table that SQLite keeps its statistics in is a change of the schema."""
    if connection.vendor == "sqlite":
        _analyse(connection)


def refresh_statistics(connection: Any) -> None:
    """After many rows came or went, and every night: without it a million rows are walked where ten are meant."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite" and not cursor.execute(_HAS_BEGUN).fetchone():
            return
    _analyse(connection)


def _analyse(connection: Any) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # enough to tell an index of many values from one of few, at any size
            cursor.execute("pragma analysis_limit = 1000")
        cursor.execute("analyze")
