"""Installing the recording triggers and proving that the installed ones are the generated ones."""

from typing import Any

from django.db.backends.utils import CursorWrapper

from khoi.history.models import KINDS
from khoi.history.rules import postgresql_triggers, sqlite_triggers
from khoi.history.rules.tables import Columns, Table

RECORD = "history_change"
#: The record itself: whoever writes beside us there is found by ``verify``, and a guard would cost every change.
PROVEN = frozenset({"history_act", RECORD, "history_head"})
_JSON_TYPES = (114, 3802)  # oids of json and jsonb


def generated(connection: Any, table: str | None = None) -> dict[str, str]:
    """Trigger name → text, for all tables or one, from the columns the database really has."""
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        texts: dict[str, str] = {}
        if RECORD not in present:
            return texts
        for declared in KINDS.values():
            if declared.name not in present or declared.name in PROVEN:
                continue
            if table in (None, RECORD, declared.name):
                texts |= _texts(connection, cursor, declared)
        return texts


def _texts(connection: Any, cursor: CursorWrapper, table: Table) -> dict[str, str]:
    if connection.vendor == "sqlite":
        return sqlite_triggers.triggers(table, Columns(_names_on_sqlite(cursor, table.name)))
    described = [c for c in connection.introspection.get_table_description(cursor, table.name) if c.name != "id"]
    names = tuple(column.name for column in described)
    own = frozenset(column.name for column in described if column.type_code in _JSON_TYPES)
    return postgresql_triggers.triggers(table, Columns(names, own))


def _names_on_sqlite(cursor: CursorWrapper, table: str) -> tuple[str, ...]:
    """Django's description would parse the table's whole text again for its collations, fifty times a migration."""
    cursor.execute("select name from pragma_table_info(%s) where name <> 'id' order by cid", [table])
    return tuple(str(name) for (name,) in cursor.fetchall())


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
                _drop_one(connection, cursor, name, on)


def _drop_one(connection: Any, cursor: CursorWrapper, name: str, table: str) -> None:
    engine = sqlite_triggers if connection.vendor == "sqlite" else postgresql_triggers
    for text in engine.dropped(name, table):
        cursor.execute(text)


def _installed_names(connection: Any, cursor: CursorWrapper) -> list[tuple[str, str]]:
    if connection.vendor == "sqlite":
        cursor.execute(
            "select name, tbl_name from sqlite_master where type = 'trigger' and substr(name, 1, 9) = 'khoi_rec_'"
        )
    else:
        cursor.execute(
            "select tgname, c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid "
            "join pg_namespace s on s.oid = c.relnamespace "
            "where not tgisinternal and tgname like 'khoi\\_rec\\_%' and s.nspname = current_schema()"
        )
    return [(str(name), str(table)) for name, table in cursor.fetchall()]


def strays(connection: Any) -> list[str]:
    """Names of triggers that are missing, changed, switched off, or not ours to have.

    Any trigger on a table of ours counts, whatever its name: it could undo what ours record.
    """
    wanted = {name: _essence(connection, text) for name, text in generated(connection).items()}
    installed = _installed(connection)
    names = wanted.keys() | installed.keys()
    return sorted(name for name in names if wanted.get(name) != installed.get(name))


def _essence(connection: Any, text: str) -> str:
    """The part of a generated text that the database gives back."""
    if connection.vendor == "sqlite":
        return text
    return postgresql_triggers.trigger_text(text) + postgresql_triggers.function_text(text)


def _installed(connection: Any) -> dict[str, str]:
    """Every trigger that stands on a table of ours, or on the record, with its text."""
    ours = {table.name for table in KINDS.values()}
    with connection.cursor() as cursor:
        found = _on_sqlite(cursor) if connection.vendor == "sqlite" else _on_postgresql(cursor)
    return {name: text for name, table, text in found if table in ours}


def _on_sqlite(cursor: CursorWrapper) -> list[tuple[str, str, str]]:
    """SQLite keeps the text as it was given, but for the first words."""
    cursor.execute("select name, tbl_name, sql from sqlite_master where type = 'trigger'")
    return [(name, table, f"create trigger {sql[len('create trigger ') :]}") for name, table, sql in cursor.fetchall()]


def _on_postgresql(cursor: CursorWrapper) -> list[tuple[str, str, str]]:
    cursor.execute(
        "select tgname, c.relname, s.nspname, tgenabled, pg_get_triggerdef(t.oid), prosrc from pg_trigger t "
        "join pg_proc p on p.oid = t.tgfoid join pg_class c on c.oid = t.tgrelid "
        "join pg_namespace s on s.oid = c.relnamespace where not tgisinternal and s.nspname = current_schema()"
    )
    found = []
    for name, table, schema, enabled, definition, body in cursor.fetchall():
        spelled = " ".join(definition.replace('"', "").replace(f" on {schema}.", " on ").lower().split())
        spelled = spelled.replace(f" on {schema}.", " on ").replace(f"execute function {schema}.", "execute function ")
        found.append((name, table, spelled + body if enabled == "O" else "switched off"))
    return found
