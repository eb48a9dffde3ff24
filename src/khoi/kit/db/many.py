"""Many rows in one go, values in the form the database takes.

SQLite runs one prepared statement a row. PostgreSQL takes them all as one statement: its triggers are asked once a
statement, so that a statement a row would ask them thousands of times.
"""

import json
from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connections, models
from django.db.models.sql import InsertQuery, UpdateQuery

Rows = Collection[Sequence[Any]]
Columns = tuple[Any, ...]

#: For fewer rows a statement each is the quicker way.
FEW = 4


def insert_many(model: type[models.Model], columns: Columns, rows: Rows, using: Any) -> None:
    """Each row: a value for each of these columns of the model."""
    if using.vendor == "postgresql" and len(rows) > FEW:
        _copy(_copying(model, columns, using.alias), rows, using)
        return
    with using.cursor() as cursor:
        cursor.executemany(_inserting(model, columns, using.alias), rows)


def update_many(model: type[models.Model], columns: Columns, rows: Rows, using: Any) -> None:
    """Each row: a value for each of these columns, then the id; no id twice."""
    with using.cursor() as cursor:
        if using.vendor == "postgresql" and len(rows) > FEW:
            names = [*(column.column for column in columns), "id"]
            told = json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=_in_json)
            cursor.execute(_updating(model, columns, using.alias), [told])
        else:
            cursor.executemany(change(model, columns, using.alias), rows)


def _copy(text: str, rows: Rows, using: Any) -> None:
    with using.cursor() as cursor, using.wrap_database_errors, cursor.copy(text) as into:
        for row in rows:
            into.write_row(row)


@cache
def _copying(model: type[models.Model], columns: Columns, alias: str) -> str:
    """Django's own insertion says what table and columns are called."""
    return f"copy {_inserting(model, columns, alias).partition('INSERT INTO ')[2].partition(' VALUES ')[0]} from stdin"


@cache
def _inserting(model: type[models.Model], columns: Columns, alias: str) -> str:
    query = InsertQuery(model)
    query.insert_values(list(columns), [model()])
    return str(query.get_compiler(using=alias).as_sql()[0][0])


@cache
def change(model: type[models.Model], columns: Columns, alias: str) -> str:
    """The statement that stores these columns of the row whose id stands behind their values."""
    query = UpdateQuery(model)
    given: list[Any] = [(column, model, _Placeholder()) for column in columns]
    query.add_update_fields(given)
    query.add_q(models.Q(pk=0))
    return str(query.get_compiler(using=alias).as_sql()[0])


@cache
def _updating(model: type[models.Model], columns: Columns, alias: str) -> str:
    using: Any = connections[alias]
    quoted = using.ops.quote_name
    table, names = quoted(model._meta.db_table), [quoted(column.column) for column in columns]
    typed = [f"{name} {column.db_type(using)}" for name, column in zip(names, columns, strict=True)]
    return (
        f"update {table} set {', '.join(f'{name} = given.{name}' for name in names)} "
        f"from json_to_recordset(%s) as given(id bigint, {', '.join(typed)}) where {table}.id = given.id"
    )


def _in_json(value: Any) -> Any:
    """What JSON has no form for; a JSON column's value comes wrapped by the driver."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value.obj


class _Placeholder(models.Expression):
    """Stands for a value that is given later."""

    output_field = models.Field()

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", ()
