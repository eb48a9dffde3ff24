"""The database as JSON lines, one file per table: the form that moves between SQLite and PostgreSQL.

A file begins with the names of its columns; each further line is one row. History goes along with its ids
and its exact texts, so that the chain verifies on the other side.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

from django.core.management.color import no_style
from django.db import connection, models, transaction

from khoi.kit.db.recording import triggers_aside
from khoi.operations.queries.contents import kept_models

CHUNK: Final = 2_000


def write_rows(folder: Path) -> dict[str, Path]:
    """Member name → file, for every table. The caller holds a transaction in which nothing changes."""
    (folder / "rows").mkdir()
    members = {}
    for model in kept_models():
        name = f"rows/{model._meta.db_table}.jsonl"
        with (folder / name).open("w", encoding="utf-8") as file:
            _write_table(model, file)
        members[name] = folder / name
    return members


def _write_table(model: type[models.Model], file: IO[str]) -> None:
    names = [field.attname for field in model._meta.concrete_fields]
    file.write(json.dumps(names) + "\n")
    for row in model._base_manager.order_by("pk").values_list(*names).iterator(chunk_size=CHUNK):
        # PostgreSQL keeps no order of keys inside JSON, so one is given.
        file.write(json.dumps([_plain(value) for value in row], ensure_ascii=False, sort_keys=True) + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value) if isinstance(value, UUID | Decimal) else value


def read_rows(folder: Path, sequences: Mapping[str, int], *, prove: Callable[[], None]) -> None:
    """Replace every row of this database in one transaction, whose last step is ``prove``.

    Triggers stand aside meanwhile; keys and checks do not.
    """
    with transaction.atomic():
        with triggers_aside(connection):
            _empty()
            for model in kept_models():
                with (folder / "rows" / f"{model._meta.db_table}.jsonl").open(encoding="utf-8") as file:
                    _read_table(model, file)
            connection.check_constraints()
            _set_sequences(sequences)
        prove()


def _empty() -> None:
    tables = [model._meta.db_table for model in kept_models()] + ["team_session"]
    with connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), tables, reset_sequences=True):
            cursor.execute(statement)


def _read_table(model: type[models.Model], file: IO[str]) -> None:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    names = json.loads(file.readline())
    rows = (json.loads(line) for line in file)
    while chunk := list(islice(rows, CHUNK)):
        objects = [model(**{n: _value(fields[n], v) for n, v in zip(names, row, strict=True)}) for row in chunk]
        model._base_manager.bulk_create(objects, batch_size=CHUNK)


def _value(field: "models.Field[Any, Any]", plain: Any) -> Any:
    if plain is None or isinstance(field, models.JSONField):
        return plain
    if isinstance(field, models.ForeignKey):
        return _value(field.target_field, plain)
    if isinstance(field, models.BinaryField):
        return bytes.fromhex(plain)
    return field.to_python(plain)


def _set_sequences(last_ids: Mapping[str, int]) -> None:
    with connection.cursor() as cursor:
        for table, last in _known(last_ids):
            if connection.vendor == "sqlite":
                cursor.execute("delete from sqlite_sequence where name = %s", [table])
                cursor.execute("insert into sqlite_sequence (name, seq) values (%s, %s)", [table, last])
            else:
                cursor.execute("select setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, last])


def _known(last_ids: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    tables = {model._meta.db_table for model in kept_models()}
    return ((table, last) for table, last in last_ids.items() if table in tables and last > 0)
