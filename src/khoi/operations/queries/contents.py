"""What a database holds, in figures that a backup carries and a restore must find again."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, models

from khoi.history.models import KINDS, Head
from khoi.operations.queries import schema
from khoi.team.models import Session


@dataclass(frozen=True, slots=True)
class Contents:
    """``counts``: rows per table; ``sequences``: the last id given per table, so that none is given twice;
    ``position`` and ``chain`` (hex): the end of the history's chain."""

    migrations: tuple[str, ...]
    counts: dict[str, int]
    sequences: dict[str, int]
    position: int
    chain: str


def kept_models() -> list[type[models.Model]]:
    """Every table of Khơi but the log-ins of browsers: after a restore everybody logs in again."""
    return sorted((model for model in KINDS if model is not Session), key=lambda model: model._meta.db_table)


def contents() -> Contents:
    head = Head.objects.filter(pk=1).first()
    return Contents(
        migrations=tuple(sorted(schema.applied())),
        counts=_counts(),
        sequences=dict(_sequences()),
        position=head.position if head else 0,
        chain=bytes(head.chain).hex() if head else "",
    )


def _counts() -> dict[str, int]:
    """Also of a database that an older version made: tables it does not have yet are left out."""
    there = set(connection.introspection.table_names())
    tables = {model._meta.db_table: model for model in kept_models()}
    return {name: model._base_manager.count() for name, model in tables.items() if name in there}


def _sequences() -> Iterator[tuple[str, int]]:
    tables = {model._meta.db_table for model in kept_models()}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("select name, seq from sqlite_sequence")
        else:
            cursor.execute(
                "select t.relname, coalesce(pg_sequence_last_value(s.oid), 0) from pg_class s "
                "join pg_depend d on d.objid = s.oid and d.deptype in ('a', 'i') and d.classid = 'pg_class'::regclass "
                "join pg_class t on t.oid = d.refobjid join pg_namespace n on n.oid = t.relnamespace "
                "where s.relkind = 'S' and n.nspname = current_schema()"
            )
        yield from ((str(name), int(last)) for name, last in cursor.fetchall() if name in tables)
