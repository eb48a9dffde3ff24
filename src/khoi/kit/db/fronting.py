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
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models, router, transaction

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
    rows: Mapping[int, dict[str, Any]]
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
def one_moment() -> Iterator[None]:
    """Inside, PostgreSQL answers from one state of all rows and, behind a pooler, over one connection of the server:
    what stands in front of a table then stands there for whoever put it. A connection of SQLite is never shared."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        _run(connection, "set transaction isolation level repeatable read")
        yield


@contextmanager
def in_front(fronts: Collection[Front]) -> Iterator[None]:
    """Inside, queries read these rows instead of the tables'. All the ids of ``only`` are read before any is there."""
    standing = [front for front in fronts if not front.changes_nothing]
    if not standing:
        yield
        return
    connection = _connection(standing[0].model)
    names = [_Names.of(connection, front) for front in standing]
    tables = [text for one in names for text in one.tables()]
    home = _home(connection)
    try:
        _run_all(connection, tables)
        for front, one in zip(standing, names, strict=True):
            _fill(connection, front, one)
        if connection.vendor == "postgresql":  # nobody else counts the rows of a temporary table
            _run_all(connection, [f"analyze {table}" for one in names for table in one.brought])
        _run_all(connection, [one.view(front, home) for front, one in zip(standing, names, strict=True)])
        yield
    finally:
        _take_away(connection, names)


def _take_away(connection: Any, names: Collection["_Names"]) -> None:
    """Whoever has the connection next must not read on in the past: what cannot be dropped goes with it, or with the
    transaction that made it."""
    aside = "temp" if connection.vendor == "sqlite" else "pg_temp"
    views = [f"drop view if exists {aside}.{one.table}" for one in names]
    tables = [f"drop table if exists {aside}.{table}" for one in names for table in one.brought]
    try:
        _run_all(connection, [*views, *tables])
    except DatabaseError:
        if not connection.in_atomic_block:
            connection.close()
        raise


def rewrite(model: Model, rows: Mapping[int, Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write these columns of rows that a front brought; the table itself is not touched."""
    connection = _connection(model)
    sets = ", ".join(f"{connection.ops.quote_name(column)} = %s" for column in columns)
    prepare = preparers([_field(model, column) for column in columns], connection)
    values = [[*_prepared(row, columns, prepare), pk] for pk, row in rows.items()]
    _run_many(connection, f"update {_name(connection, model, 'rows')} set {sets} where id = %s", values)


#: Whether a row's id is in a table of ids.
_AMONG = {
    "postgresql": "exists (select 1 from {0} where {0}.id = there.id)",
    "sqlite": "+id in (select id from {0})",
}


@dataclass(frozen=True, slots=True)
class _Names:
    """A table and the temporary ones beside it, quoted; "" for one that is not needed."""

    table: str
    rows: str
    without: str
    only: str
    place: str

    @classmethod
    def of(cls, connection: Any, front: Front) -> "_Names":
        leaves_out = not front.alone and (front.without or front.lacking is not None)
        return cls(
            connection.ops.quote_name(front.model._meta.db_table),
            _name(connection, front.model, "rows") if front.rows else "",
            _name(connection, front.model, "without") if leaves_out else "",
            _name(connection, front.model, "only") if front.only is not None else "",
            _name(connection, front.model, "place"),
        )

    @property
    def brought(self) -> list[str]:
        return [name for name in (self.rows, self.without, self.only) if name]

    def tables(self) -> Iterator[str]:
        if self.rows:
            yield f"create temporary table {self.rows} as select * from {self.table} where 1 = 0"
            yield f"create index {self.place} on {self.rows} (id)"
        for ids in (self.without, self.only):
            if ids:
                yield f"create temporary table {ids} (id bigint primary key)"

    def view(self, front: Front, home: str) -> str:
        """The plus keeps SQLite from beginning at the ids: for the touches of one person there is a better index.
        PostgreSQL gets a join it can hash, however many ids there are; and always two tables, since it would write
        through a view of one."""
        connection = _connection(front.model)
        names = ", ".join(connection.ops.quote_name(field.column) for field in front.model._meta.concrete_fields)
        asked = "1 = 0" if front.alone else "1 = 1"
        among = _AMONG[connection.vendor]
        asked += f" and not ({among.format(self.without)})" if self.without else ""
        asked += f" and {among.format(self.only)}" if self.only else ""
        there = f"{home}.{self.table} as there"
        text = f"create temporary view {self.table} as select {names} from {there} where {asked}"
        if not self.rows and connection.vendor == "sqlite":
            return text
        other = self.rows or f"{home}.{self.table} where 1 = 0"
        return f"{text} union all select {names} from {other}"


def _fill(connection: Any, front: Front, names: _Names) -> None:
    if names.rows:
        _insert_rows(connection, names.rows, front)
    if names.without:
        _insert_ids(connection, names.without, front.without)
        _insert_read(connection, names.without, front.lacking)
    if names.only:
        _insert_ids(connection, names.only, front.also)
        _insert_read(connection, names.only, front.only)


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
        text, values = rows.all().query.sql_with_params()
        new = f"insert into {name} select * from ({text}) as found where true on conflict do nothing"
        _run(connection, new, values)


def _run(connection: Any, text: str, values: Sequence[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def _run_all(connection: Any, texts: Sequence[str]) -> None:
    """Where one journey to the server can take them all, it does."""
    for text in texts if connection.vendor == "sqlite" else ["; ".join(texts)]:
        if text:
            _run(connection, text)


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
