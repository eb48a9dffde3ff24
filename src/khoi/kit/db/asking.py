"""Asking what every act asks, in plain SQL: Django takes ten times longer to put such a question together than the
database takes to answer it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, TypeVar

from django.db import connection, connections, models

M = TypeVar("M", bound=models.Model)
Reader = Callable[[Any], Any]
#: A text and the values of its places.
Question = tuple[str, tuple[Any, ...]]


def ask(text: str, ids: Iterable[int | str], *further: Any) -> list[tuple[Any, ...]]:
    """The rows ``text`` asks for; ``{ids}`` in it stands for the ids, the ``further`` values come after them. Nothing
    is asked of no ids. At most some thousand of them at a time (`lives.chunks`)."""
    among = list(ids)
    if not among:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_spelled(text, len(among)), [*among, *map(_value, further)])
        return list(cursor.fetchall())


def records(model: type[M], text: str, ids: Iterable[int | str] | None = None, *further: Any) -> list[M]:
    """The same as records of the model, of which ``text`` asks for every column (``select *``). It may name no ids."""
    among = [] if ids is None else list(ids)
    if ids is not None and not among:
        return []
    alias = connection.alias
    with connection.cursor() as cursor:
        cursor.execute(_spelled(text, len(among)), [*among, *map(_value, further)])
        rows = cursor.fetchall()
        order, readers = _order(model, alias, tuple(column[0] for column in cursor.description)) if rows else ((), ())
    return [model.from_db(alias, (), _in_order(row, order, readers)) for row in rows]


def question(rows: "models.QuerySet[Any, Any]") -> Question:
    """What Django would ask, to be kept and asked again with the same values."""
    text, values = rows.query.sql_with_params()
    return str(text), tuple(values)


def answer(asked: Question) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(*asked)
        return list(cursor.fetchall())


def columns_by(model: type[models.Model], key: str, ids: Iterable[int | str], *columns: str) -> list[tuple[Any, ...]]:
    """These columns, numbers and texts, of the rows whose ``key`` is among the ids, in order of id. Django says once
    how that is asked."""
    return ask(_asking_by(model, key, columns), ids)


def any_by(model: type[models.Model], key: str, ids: Iterable[int]) -> bool:
    """Whether there is such a row at all."""
    return bool(ask(_asking_for_one(model, key), ids))


def records_by(model: type[M], key: str, ids: Iterable[int | str]) -> list[M]:
    """The same as whole records."""
    return records(model, _asking_by(model, key, ()), ids)


def every(model: type[M]) -> list[M]:
    """All records of a small table, by id."""
    return records(model, _asking_for_all(model))


def held(model: type[M], pk: int) -> M:
    """The record, which nobody else changes until the transaction ends. SQLite has one writer and needs no lock."""
    found = records(model, _holding(model, connection.vendor), [pk])
    if not found:
        raise model.DoesNotExist(  # type: ignore[attr-defined]
            f"{model.__name__} {pk}"
        )
    return found[0]


def reread(record: models.Model) -> None:
    """Take over what the database has by now, like ``refresh_from_db``."""
    fresh = records_by(type(record), "pk", [record.pk])[0]
    for field in record._meta.concrete_fields:
        setattr(record, field.attname, getattr(fresh, field.attname))
        if isinstance(field, models.ForeignKey) and field.is_cached(record):
            field.delete_cached_value(record)


@cache
def _holding(model: type[models.Model], vendor: str) -> str:
    return _asking_by(model, "pk", ()) + (" for update" if vendor == "postgresql" else "")


@cache
def _asking_by(model: type[models.Model], key: str, columns: tuple[str, ...]) -> str:
    rows = model._base_manager.filter(**{f"{key}__in": [0]}).order_by("pk")
    text, _ = (rows.values_list(*columns) if columns else rows).query.sql_with_params()
    return str(text).replace("(%s)", "({ids})")


@cache
def _asking_for_all(model: type[models.Model]) -> str:
    return question(model._base_manager.order_by("pk"))[0]


@cache
def _asking_for_one(model: type[models.Model], key: str) -> str:
    return f"{_asking_by(model, key, ('pk',)).partition(' ORDER BY ')[0]} limit 1"


def _in_order(row: Sequence[Any], order: Iterable[int], readers: Iterable[tuple[int, Reader]]) -> list[Any]:
    values = [row[place] for place in order]
    for place, read in readers:
        values[place] = read(values[place])
    return values


@cache
def _order(
    model: type[models.Model], alias: str, columns: tuple[str, ...]
) -> tuple[tuple[int, ...], tuple[tuple[int, Reader], ...]]:
    """Where in a row each field of the model stands, and what makes the stored values of some of them Python's."""
    using = connections[alias]
    told = [field.get_col(model._meta.db_table) for field in model._meta.concrete_fields]
    readers = (
        (place, _reader(convert, column, using))
        for place, column in enumerate(told)
        for convert in (*using.ops.get_db_converters(column), *column.get_db_converters(using))
    )
    return tuple(columns.index(column.target.column) for column in told), tuple(readers)


def _reader(convert: Any, column: Any, using: Any) -> Reader:
    return lambda stored: convert(stored, column, using)


def moment(stored: datetime | str) -> datetime:
    """What a plain question gave for a moment: SQLite has it without its zone, which is UTC, and where a view stands
    before the table as text."""
    read = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return read if read.tzinfo else read.replace(tzinfo=UTC)


@lru_cache(maxsize=512)
def _spelled(text: str, count: int) -> str:
    return text.replace("{ids}", ", ".join(["%s"] * count))


def _value(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
