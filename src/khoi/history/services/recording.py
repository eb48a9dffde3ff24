"""Installing the recording triggers and proving that the installed ones are the generated ones."""

from typing import Any

from django.db.backends.utils import CursorWrapper

from khoi.history.models import KINDS
from khoi.history.rules import postgresql_triggers, sqlite_triggers
from khoi.history.rules.tables import TRANSIENT, Table

RECORD = "history_change"


def generated(connection: Any, table: str | None = None) -> dict[str, str]:
    """Trigger name → text, for all tables or one, from the columns the database really has."""
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if RECORD not in present:
            return {}
        texts: dict[str, str] = {}
        for declared in KINDS.values():
            if declared.kind == TRANSIENT or declared.name not in present:
                continue
            if table in (None, RECORD, declared.name):
                texts |= _texts(connection, cursor, declared)
        return texts


def _texts(connection: Any, cursor: CursorWrapper, table: Table) -> dict[str, str]:
    described = connection.introspection.get_table_description(cursor, table.name)
    columns = tuple(column.name for column in described if column.name != "id")
    engine = sqlite_triggers if connection.vendor == "sqlite" else postgresql_triggers
    texts: dict[str, str] = engine.triggers(table, columns)
    return texts


def install(connection: Any, table: str | None = None) -> None:
    with connection.cursor() as cursor:
        for text in generated(connection, table).values():
            cursor.execute(text)


def drop(connection: Any, table: str | None = None) -> None:
    """Take our triggers off one table, or off all of them (also when the record itself is reshaped)."""
    every = table in (None, RECORD)
    with connection.cursor() as cursor:
        for name, on in _installed_names(connection, cursor):
            if every or on == table:
                cursor.execute(_drop_text(connection, name, on))


def _drop_text(connection: Any, name: str, table: str) -> str:
    quote = connection.ops.quote_name
    if connection.vendor == "sqlite":
        return f"drop trigger if exists {quote(name)}"
    return f"drop trigger if exists {quote(name)} on {quote(table)}"


def _installed_names(connection: Any, cursor: CursorWrapper) -> list[tuple[str, str]]:
    if connection.vendor == "sqlite":
        cursor.execute(
            "select name, tbl_name from sqlite_master where type = 'trigger' and substr(name, 1, 9) = 'khoi_rec_'"
        )
    else:
        cursor.execute(
            "select tgname, c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid "
            "join pg_namespace s on s.oid = c.relnamespace "
            "where not tgisinternal and tgname like 'khoi\\_rec\\_%%' and s.nspname = current_schema()",
            [],
        )
    return [(str(name), str(table)) for name, table in cursor.fetchall()]


def strays(connection: Any) -> list[str]:
    """Names of triggers that are missing, changed, switched off, or not ours to have."""
    wanted = {name: _essence(connection, text) for name, text in generated(connection).items()}
    installed = _installed(connection)
    names = wanted.keys() | installed.keys()
    return sorted(name for name in names if wanted.get(name) != installed.get(name))


def _essence(connection: Any, text: str) -> str:
    """The part of a generated text that the database gives back word for word."""
    if connection.vendor == "sqlite":
        return text[len("create trigger ") :]
    body = text.split("$khoi$")[1]
    return body


def _installed(connection: Any) -> dict[str, str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "select name, sql from sqlite_master where type = 'trigger' and substr(name, 1, 9) = 'khoi_rec_'"
            )
            return {name: sql[len("create trigger ") :] for name, sql in cursor.fetchall()}
        cursor.execute(
            "select tgname, case when tgenabled = 'O' then prosrc else 'disabled' end from pg_trigger t "
            "join pg_proc p on p.oid = t.tgfoid join pg_class c on c.oid = t.tgrelid "
            "join pg_namespace s on s.oid = c.relnamespace "
            "where not tgisinternal and tgname like 'khoi\\_rec\\_%%' and s.nspname = current_schema()",
            [],
        )
        return dict(cursor.fetchall())
