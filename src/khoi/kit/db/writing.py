"""Writing records, or plain values, many at once (see ``many``) or one.

Django's ``bulk_create`` and ``bulk_update`` put one huge text together for all rows, which for a thousand leads
takes seconds of Python before the database hears a word. The statements here are Django's own; only the values
are many. Values are plain ones, no expressions.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from django.db import connections, models, router
from django.db.models.base import ModelState
from django.db.models.sql import DeleteQuery, InsertQuery

from khoi.kit.db.many import change, insert_many, update_many

M = TypeVar("M", bound=models.Model)
Get = Callable[[Any], Any]

#: Kinds of columns whose values go to the database as they are.
_AS_THEY_ARE = (models.IntegerField, models.BooleanField, models.ForeignKey)


def made(model: type[M], **values: Any) -> M:
    """A new record like ``model(**values)``, values by column (``person_id``) or by relation (``person``), which holds
    the id of what it points at once that has one. What a model does for each record it makes, look up defaults and send
    signals, it does once: of a file there are tens of thousands."""
    record = model.__new__(model)
    record._state = ModelState()
    plain, fresh = _defaults(model)
    record.__dict__.update(plain)
    for name, default in fresh:
        record.__dict__[name] = default()
    for name, value in values.items():
        if name in record.__dict__:
            record.__dict__[name] = value
        else:
            record.__dict__[f"{name}_id"] = value.pk if value is not None else None
            record._state.fields_cache[name] = value
    return record


@cache
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    """By column what a new record holds, and what has to be made for each."""
    columns = model._meta.concrete_fields
    fresh = tuple(
        (column.attname, column.default) for column in columns if column.has_default() and callable(column.default)
    )
    named = {name for name, _ in fresh}
    return {column.attname: column.get_default() for column in columns if column.attname not in named}, fresh


def number_rows(records: Collection[models.Model]) -> None:
    """Give new records of one model their ids ahead of being stored, the very next thing of that model."""
    if records:
        model, using = _of(records)
        for record, number in zip(records, _numbers(model, len(records), using), strict=True):
            record.pk = number


def insert_rows(records: Collection[models.Model], *, numbered: bool = False) -> None:
    """Store new records of one model and give them their ids, unless they are ``numbered``. Records they point at have
    theirs already."""
    if not records:
        return
    model, using = _of(records)
    if not numbered:
        number_rows(records)
    columns: tuple[Any, ...] = tuple(model._meta.concrete_fields)
    for column in columns:
        if isinstance(column, models.ForeignKey):
            _take_ids(records, column)
    values = zip(*map(_stored_values(model), records), strict=True)
    insert_many(model, columns, _prepared(columns, values, using), using)
    for record in records:
        record._state.adding, record._state.db = False, using.alias


def insert_values(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """The same from plain values for these columns (``person_id``), in the form the database takes; the model's other
    columns, but for the id, have to have a value of the database's own. No records are made of them."""
    if not rows:
        return
    using = connections[router.db_for_write(model)]
    numbers = _numbers(model, len(rows), using)
    numbered = [(number, *row) for number, row in zip(numbers, rows, strict=True)]
    insert_many(model, _named(model, ("id", *columns)), numbered, using)


def insert_row(record: models.Model, *, along: str = "", unless: str = "") -> bool:
    """Store one new record and take its id. ``along``: what else the database computes of the row meanwhile.

    False, and nothing is stored, when another row has the value of the unique field ``unless`` already. On PostgreSQL
    this waits for a transaction that is about to give it to one.
    """
    model, using = _of([record])
    values = [get(record) for get in _getters(model, using.alias, _without_id(model))]
    with using.cursor() as cursor:
        cursor.execute(_taking_id(model, using.alias, along, unless), values)
        row = cursor.fetchone()
    if row is None:
        return False
    record.pk, record._state.adding, record._state.db = row[0], False, using.alias
    return True


def update_rows(records: Collection[models.Model], fields: Sequence[str]) -> None:
    """Store these fields of the records."""
    if not records:
        return
    model, using = _of(records)
    columns: list[Any] = [model._meta.get_field(name) for name in fields]
    values = zip(*map(attrgetter(*(column.attname for column in columns), "pk"), records), strict=True)
    rows = _prepared([*columns, model._meta.pk], values, using)
    update_many(model, tuple(columns), rows, using)


def stored(record: M) -> M:
    """The new record, stored."""
    insert_row(record)
    return record


def updating(record: models.Model, fields: Sequence[str]) -> tuple[str, list[Any]]:
    """The statement that stores these fields of the record, and its values."""
    model, using = _of([record])
    columns: list[Any] = [model._meta.get_field(name) for name in fields]
    values = [get(record) for get in _getters(model, using.alias, tuple(columns))]
    return change(model, tuple(columns), using.alias), [*values, record.pk]


def update_row(record: models.Model, fields: Sequence[str]) -> None:
    """Store these fields of the record."""
    text, values = updating(record, fields)
    with connections[router.db_for_write(type(record))].cursor() as cursor:
        cursor.execute(text, values)


def delete_by(model: type[models.Model], key: str, ids: Collection[int]) -> None:
    """Delete the rows whose ``key`` is among the ids; nothing goes along. At most some thousand ids at a time."""
    if ids:
        text = _deleting(model, key, router.db_for_write(model)).replace("{ids}", ", ".join(["%s"] * len(ids)))
        with connections[router.db_for_write(model)].cursor() as cursor:
            cursor.execute(text, list(ids))


@cache
def _deleting(model: type[models.Model], key: str, alias: str) -> str:
    query = DeleteQuery(model)
    query.add_q(models.Q(**{f"{key}__in": [0]}))
    return str(query.get_compiler(connection=connections[alias]).as_sql()[0]).replace("(%s)", "({ids})")


@cache
def _insertion_without_id(model: type[models.Model], alias: str) -> str:
    query = InsertQuery(model)
    query.insert_values(list(_without_id(model)), [model()])
    return str(query.get_compiler(connection=connections[alias]).as_sql()[0][0])


@cache
def _stored_values(model: type[models.Model]) -> Callable[[models.Model], tuple[Any, ...]]:
    """What gives the values of all columns; looked up where the record keeps them, for asking the record for the id of
    another one is ten times slower."""
    take = itemgetter(*(column.attname for column in model._meta.concrete_fields))
    return lambda record: take(record.__dict__)


@cache
def _named(model: type[models.Model], columns: tuple[str, ...]) -> tuple[Any, ...]:
    named = {column.attname: column for column in model._meta.concrete_fields}
    return tuple(named[name] for name in columns)


@cache
def _taking_id(model: type[models.Model], alias: str, along: str, unless: str) -> str:
    taken = ""
    if unless:
        field: Any = model._meta.get_field(unless)
        taken = f" on conflict ({connections[alias].ops.quote_name(field.column)}) do nothing"
    return f"{_insertion_without_id(model, alias)}{taken} returning id{along and f', {along}'}"


@cache
def _getters(model: type[models.Model], alias: str, columns: tuple[Any, ...]) -> tuple[Get, ...]:
    """What gives a record's value for each of the columns, for one record at a time."""
    return tuple(_single(column, alias) for column in columns)


@cache
def _without_id(model: type[models.Model]) -> tuple[Any, ...]:
    return tuple(column for column in model._meta.concrete_fields if not column.primary_key)


def _single(column: Any, alias: str) -> Get:
    if isinstance(column, (*_AS_THEY_ARE, models.CharField, models.TextField)):
        return _getter(column, None)
    get = attrgetter(column.attname)
    return lambda record: column.get_db_prep_save(get(record), connections[alias])


def _of(records: Collection[models.Model]) -> tuple[type[models.Model], Any]:
    model = type(next(iter(records)))
    return model, connections[router.db_for_write(model)]


def _take_ids(records: Iterable[models.Model], relation: "models.ForeignKey[Any, Any]") -> None:
    """A record that was set before it was stored has got its id since."""
    for record in records:
        if record.__dict__[relation.attname] is None and relation.is_cached(record):
            other = relation.get_cached_value(record)
            setattr(record, relation.attname, other.pk if other is not None else None)


def _prepared(columns: Iterable[Any], values: Iterable[Sequence[Any]], using: Any) -> list[tuple[Any, ...]]:
    """Rows of values in the form the database takes, from the values of each column."""
    return list(
        zip(*(_in_form(column, those, using) for column, those in zip(columns, values, strict=True)), strict=True)
    )


def _in_form(column: Any, values: Sequence[Any], using: Any) -> Sequence[Any]:
    if isinstance(column, _AS_THEY_ARE):
        return values
    if isinstance(column, models.CharField | models.TextField):
        return [value if type(value) is str or value is None else str(value) for value in values]
    prepare = _preparer(column, using)
    return [prepare(value) for value in values]


def preparers(columns: Sequence[Any], using: Any) -> list[Get]:
    """For each column what turns a value into the form the database takes."""
    return [_preparer(column, using) for column in columns]


def _getter(column: Any, using: Any) -> Get:
    """What gives a record's value for the column in that form."""
    get = attrgetter(column.attname)
    if isinstance(column, _AS_THEY_ARE):
        return get
    prepare = _preparer(column, using)
    return lambda record: prepare(get(record))


def _preparer(column: Any, using: Any) -> Get:
    if isinstance(column, _AS_THEY_ARE):
        return lambda value: value
    if isinstance(column, models.CharField | models.TextField):
        return _text
    if isinstance(column, models.DateTimeField):
        moments: dict[Any, Any] = {None: None}
        return lambda value: _remembered(moments, value, column, using)
    if isinstance(column, models.JSONField):
        return _of_json(column, using)
    return lambda value: column.get_db_prep_save(value, using)


def _of_json(column: Any, using: Any) -> Get:
    """Thousands of rows hold the same object, or an empty one."""
    empty: dict[type, Any] = {dict: column.get_db_prep_save({}, using), list: column.get_db_prep_save([], using)}
    known: dict[int, tuple[Any, Any]] = {}

    def prepare(value: Any) -> Any:
        if not value and type(value) in empty:
            return empty[type(value)]
        if id(value) not in known:  # the value is kept beside, or another could get its id
            known[id(value)] = (value, column.get_db_prep_save(value, using))
        return known[id(value)][1]

    return prepare


def _remembered(moments: dict[Any, Any], moment: Any, column: Any, using: Any) -> Any:
    """Thousands of rows share a handful of moments."""
    if moment not in moments:
        moments[moment] = column.get_db_prep_save(moment, using)
    return moments[moment]


def _text(value: Any) -> str | None:
    """A member of a list of choices is a text to Python, but not to every database driver."""
    return value if value is None or type(value) is str else str(value)


def _numbers(model: type[models.Model], count: int, using: Any) -> Iterator[int]:
    """Ids nothing has had. SQLite has one writer, who may count for itself; PostgreSQL hands them out."""
    table = model._meta.db_table
    with using.cursor() as cursor:
        if using.vendor == "sqlite":
            cursor.execute("select seq from sqlite_sequence where name = %s", [table])
            last = cursor.fetchone()
            return iter(range((last[0] if last else 0) + 1, (last[0] if last else 0) + 1 + count))
        cursor.execute("select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)", [table, count])
        return iter([row[0] for row in cursor.fetchall()])
