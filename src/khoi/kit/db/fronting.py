"""Other rows in front of a table, for one connection and as long as it wants.

Both engines look for a name among the temporary tables of the connection first. A temporary view with the name of a
table is therefore what every query of this connection reads, joins and sorts, until it goes again. Nobody else sees
it, nothing of it outlives the connection, and no writer waits for it. It can only be read: a write under it fails.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connections, models, router

from khoi.kit.db.writing import preparers

Model = type[models.Model]


@dataclass(frozen=True, slots=True)
class Front:
    """``rows``: id → column → value of rows to be read; ``without``: ids of rows of the table that are not, and
    ``lacking``: a queryset of further ones.

    ``only``: a queryset of ids (and ``also``: further ones): no other row of the table is read; None for all.
    ``alone``: of the table itself nothing is read.
    """

    model: Model
    rows: Mapping[int, Mapping[str, Any]]
    without: Collection[int]
    lacking: "models.QuerySet[Any, Any] | None" = None
    only: "models.QuerySet[Any, Any] | None" = None
    also: Collection[int] = ()
    alone: bool = False

    @property
    def changes_nothing(self) -> bool:
        told = self.alone or self.rows or self.without
        return not told and self.only is None and self.lacking is None


@contextmanager
def in_front(fronts: Collection[Front]) -> Iterator[None]:
    """Inside, queries read these rows instead of the tables'. All the ids of ``only`` are read before any is there."""
    standing = [front for front in fronts if not front.changes_nothing]
    made: list[tuple[Any, str]] = []
    try:
        for front in standing:
            if front.rows or not front.alone:
                _bring(front, made)
        for front in standing:
            _show(front, made)
        yield
    finally:
        _take_away(made)


def _take_away(made: Sequence[tuple[Any, str]]) -> None:
    """Whoever has the connection next must not read on in the past: what cannot be dropped goes with it."""
    try:
        for connection, drop in reversed(made):
            _run(connection, drop)
    except DatabaseError:
        for connection, _ in made:
            connection.close()
        raise


def rewrite(model: Model, rows: Mapping[int, Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write these columns of rows that a front brought; the table itself is not touched."""
    connection = _connection(model)
    sets = ", ".join(f"{connection.ops.quote_name(column)} = %s" for column in columns)
    prepare = preparers([_field(model, column) for column in columns], connection)
    values = [[*_prepared(row, columns, prepare), pk] for pk, row in rows.items()]
    _run_many(connection, f"update {_name(connection, model, 'rows')} set {sets} where id = %s", values)


def _bring(front: Front, made: list[tuple[Any, str]]) -> None:
    """The rows, and the ids that count, as temporary tables."""
    connection, model = _connection(front.model), front.model
    table = connection.ops.quote_name(model._meta.db_table)
    rows, without, only = (_name(connection, model, what) for what in ("rows", "without", "only"))
    _make(connection, made, rows, f"create temporary table {rows} as select * from {table} where 1 = 0")
    _run(connection, f"create index {_name(connection, model, 'place')} on {rows} (id)")
    _insert_rows(connection, rows, front)
    if not front.alone:
        _make(connection, made, without, f"create temporary table {without} (id bigint primary key)")
        _insert_ids(connection, without, front.without)
        _insert_read(connection, without, front.lacking)
    if front.only is not None:
        _make(connection, made, only, f"create temporary table {only} (id bigint primary key)")
        _insert_ids(connection, only, front.also)
        _insert_read(connection, only, front.only)


def _show(front: Front, made: list[tuple[Any, str]]) -> None:
    connection = _connection(front.model)
    table = connection.ops.quote_name(front.model._meta.db_table)
    text = f"create temporary view {table} as {_reading(connection, front, table)}"
    _make(connection, made, f"{_aside(connection)}.{table}", text, kind="view")


def _reading(connection: Any, front: Front, table: str) -> str:
    rows, without, only = (_name(connection, front.model, what) for what in ("rows", "without", "only"))
    names = ", ".join(connection.ops.quote_name(field.column) for field in front.model._meta.concrete_fields)
    asked = "1 = 0" if front.alone else f"id not in (select id from {without})"
    if front.only is not None:
        asked += f" and id in (select id from {only})"
    text = f"select {names} from {_home(connection)}.{table} where {asked}"
    return f"{text} union all select {names} from {rows}" if front.rows or not front.alone else text


def _make(connection: Any, made: list[tuple[Any, str]], name: str, text: str, *, kind: str = "table") -> None:
    _run(connection, text)
    made.append((connection, f"drop {kind} {name}"))


def _insert_rows(connection: Any, rows: str, front: Front) -> None:
    columns = [str(field.column) for field in front.model._meta.concrete_fields if not field.primary_key]
    names = ", ".join(map(connection.ops.quote_name, columns))
    marks = ", ".join(["%s"] * (len(columns) + 1))
    prepare = preparers([_field(front.model, column) for column in columns], connection)
    values = [[pk, *_prepared(row, columns, prepare)] for pk, row in front.rows.items()]
    _run_many(connection, f"insert into {rows} (id, {names}) values ({marks})", values)


def _prepared(row: Mapping[str, Any], columns: Sequence[str], prepare: Sequence[Callable[[Any], Any]]) -> list[Any]:
    return [to(row[column]) for to, column in zip(prepare, columns, strict=True)]


def _insert_ids(connection: Any, name: str, ids: Iterable[int]) -> None:
    _run_many(connection, f"insert into {name} (id) values (%s)", [[pk] for pk in ids])


def _insert_read(connection: Any, name: str, rows: "models.QuerySet[Any, Any] | None") -> None:
    """Ids that the database finds by itself."""
    if rows is None:
        return
    with suppress(EmptyResultSet):
        text, values = rows.query.sql_with_params()
        new = f"insert into {name} select * from ({text}) as found where true on conflict do nothing"
        _run(connection, new, values)


def _run(connection: Any, text: str, values: Sequence[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def _run_many(connection: Any, text: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(text, rows)


def _connection(model: Model) -> Any:
    return connections[router.db_for_read(model)]


def _field(model: Model, column: str) -> Any:
    return next(field for field in model._meta.concrete_fields if field.column == column)


def _name(connection: Any, model: Model, what: str) -> str:
    return str(connection.ops.quote_name(f"front_{model._meta.db_table}_{what}"))


def _home(connection: Any) -> str:
    """The schema of the tables themselves."""
    if connection.vendor == "sqlite":
        return "main"
    with connection.cursor() as cursor:
        cursor.execute("select current_schema()")
        return str(connection.ops.quote_name(cursor.fetchone()[0]))


def _aside(connection: Any) -> str:
    return "temp" if connection.vendor == "sqlite" else "pg_temp"
