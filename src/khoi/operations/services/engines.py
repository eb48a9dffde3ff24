"""What each database can do by itself: SQLite's online copy, PostgreSQL's dump and its tools."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from django.db import DatabaseError, OperationalError, connection, transaction


class ToolFailed(Exception):
    """pg_dump or psql said no; the text is theirs."""


#: Log-ins of browsers do not come back with a backup.
_CLEAN: Final = "pragma secure_delete=on; delete from team_session;"


def copy_sqlite(target: Path) -> None:
    """A consistent copy of the live database, while it is being read and written."""
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy)
        copy.create_function("khoi_act", 0, lambda: None)  # sessions may be written by Khơi alone
        copy.executescript(_CLEAN)


def make_one_file(path: Path) -> None:
    """Whatever lies beside the file as its log goes into it."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("pragma journal_mode=delete")


def is_sound() -> bool:
    """SQLite's own quick look over the whole file; an empty or absent one is sound."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("pragma quick_check(1)")
            return bool(cursor.fetchone()[0] == "ok")
    except OperationalError:
        raise
    except DatabaseError:
        connection.close()
        return False


def put_sqlite(source: Path) -> None:
    """Make the live database what ``source`` is, in one commit of SQLite's own: readers see the old or the
    new, and a crash or a full disk leaves the old."""
    connection.ensure_connection()
    with closing(sqlite3.connect(source)) as new:
        new.backup(connection.connection)
    connection.close()


@contextmanager
def database_at(path: Path) -> Iterator[None]:
    """This thread's database is another SQLite file for a while."""
    before = connection.settings_dict
    connection.close()
    connection.settings_dict = {**before, "NAME": str(path)}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before


@contextmanager
def standing_still() -> Iterator[None]:
    """All reads inside see one moment of PostgreSQL, which others go on writing."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
        yield


def can_dump() -> bool:
    return shutil.which("pg_dump") is not None and shutil.which("psql") is not None


def dump_postgresql(target: Path) -> None:
    """What the open transaction sees, as pg_dump's own archive."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
    options = ["--format=custom", "--no-owner", "--no-privileges", "--exclude-table-data=team_session"]
    _run(["pg_dump", *options, f"--snapshot={snapshot}", f"--file={target}"])


def put_postgresql(dump: Path, shop: Path) -> None:
    """Make the database what the dump holds, in one transaction."""
    clearing, filling = shop / "clear.sql", shop / "fill.sql"
    clearing.write_text("\n".join(_drops()), encoding="utf-8")
    _run(["pg_restore", "--no-owner", "--no-privileges", f"--file={filling}", str(dump)])
    connection.close()
    quiet = ["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output=" + os.devnull]
    _run(["psql", *quiet, "--single-transaction", f"--file={clearing}", f"--file={filling}"])


def _drops() -> Iterator[str]:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            yield f"drop table {quote(table)} cascade;"
        cursor.execute(
            "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
            "where n.nspname = current_schema() and starts_with(p.proname, 'khoi_')"
        )
        yield from (f"drop function if exists {name} cascade;" for (name,) in cursor.fetchall())


def _run(command: list[str]) -> None:
    """The password goes through the environment: a list of processes shows arguments to everybody."""
    result = subprocess.run(command, env=os.environ | _address(), capture_output=True, text=True, check=False)  # noqa: S603
    if result.returncode:
        raise ToolFailed(" ".join(result.stderr.split()) or command[0])


def _address() -> dict[str, str]:
    settings: dict[str, Any] = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    return {variable: str(settings[name]) for variable, name in names.items() if settings.get(name)}
