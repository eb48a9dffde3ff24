"""The two databases: a workspace on each, and the plain writing of the rows that an import wrote."""

import contextlib
import os
import shutil
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.installation import Installation

#: So many rows are held and given to the database at once.
PART = 20_000


@dataclass(frozen=True, slots=True)
class Floor:
    """``rows``: how many rows of all tables; ``seconds``: to write them again, and nothing else."""

    rows: int
    seconds: float


class Sqlite:
    def __init__(self, folder: Path) -> None:
        self.folder, self.workspace = folder, Installation(folder / "data")

    def __enter__(self) -> "Sqlite":
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return self

    def __exit__(self, *problem: object) -> None:
        pass

    def remember(self) -> None:
        """What stands there now is not counted as written later."""
        with contextlib.closing(sqlite3.connect(self._database)) as here:
            here.execute("pragma wal_checkpoint(truncate)")
        shutil.copyfile(self._database, self._before)

    def floor(self) -> Floor:
        """The rows that came since, written table by table into the workspace of before, its indexes in place and its
        triggers away, in one transaction that reaches the disk."""
        after, before = sqlite3.connect(self._database), sqlite3.connect(self._before, isolation_level=None)
        with contextlib.closing(after), contextlib.closing(before):
            before.execute("pragma journal_mode = wal")
            before.execute("pragma synchronous = full")
            for (name,) in before.execute("select name from sqlite_master where type = 'trigger'").fetchall():
                before.execute(f'drop trigger "{name}"')
            return _write_again(after, before)

    @property
    def _database(self) -> Path:
        return self.workspace.data / "khoi.db"

    @property
    def _before(self) -> Path:
        return self.folder / "before.db"


def _write_again(after: sqlite3.Connection, before: sqlite3.Connection) -> Floor:
    written, seconds = 0, 0.0
    tables = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
    before.execute("begin immediate")
    for (table,) in before.execute(tables).fetchall():
        (last,) = before.execute(f'select coalesce(max(rowid), 0) from "{table}"').fetchone()
        new = after.execute(f'select * from "{table}" where rowid > ? order by rowid', [last])
        marks = ", ".join("?" * len(new.description))
        while rows := new.fetchmany(PART):
            began = time.perf_counter()
            before.executemany(f'insert into "{table}" values ({marks})', rows)
            seconds += time.perf_counter() - began
            written += len(rows)
    began = time.perf_counter()
    before.execute("commit")
    return Floor(written, seconds + time.perf_counter() - began)


class Postgresql:
    NAME, BEFORE = "khoi_bench", "khoi_bench_before"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        given = os.environ.get("KHOI_TEST_POSTGRES") or "postgresql://127.0.0.1:5432/postgres"
        self.server = given.rpartition("/")[0]
        self.workspace = Installation(folder / "data", {"KHOI_DATABASE_URL": f"{self.server}/{self.NAME}"})

    def __enter__(self) -> "Postgresql":
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._drop()
        self._tell(f"create database {self.NAME}")
        return self

    def __exit__(self, *problem: object) -> None:
        self._drop()

    def remember(self) -> None:
        self._tell(f"create database {self.BEFORE} template {self.NAME}")

    def floor(self) -> Floor:
        """The same by ``COPY``. Foreign keys are checked as in the workspace itself."""
        import psycopg

        with (
            psycopg.connect(f"{self.server}/{self.NAME}") as after,
            psycopg.connect(f"{self.server}/{self.BEFORE}") as to,
        ):
            to.execute("set constraints all deferred")
            return _copy_again(after, to)

    def _drop(self) -> None:
        for name in (self.NAME, self.BEFORE):
            self._tell(f"drop database if exists {name} with (force)")

    def _tell(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(f"{self.server}/postgres", autocommit=True) as server:
            server.execute(statement.encode())


def _copy_again(after: Any, before: Any) -> Floor:
    written, seconds = 0, 0.0
    tables = (
        "select c.table_name from information_schema.columns c join information_schema.tables t using (table_name) "
        "where c.table_schema = 'public' and t.table_schema = 'public' and t.table_type = 'BASE TABLE' "
        "and c.column_name = 'id' and c.data_type in ('bigint', 'integer') order by 1"
    )
    for (table,) in before.execute(tables).fetchall():
        before.execute(f'alter table "{table}" disable trigger user')
        (last,) = before.execute(f'select coalesce(max(id), 0) from "{table}"').fetchone()
        with after.cursor().copy(f'copy (select * from "{table}" where id > {last} order by id) to stdout') as out:
            parts = [bytes(part) for part in out]
        if not parts:
            continue
        began = time.perf_counter()
        with before.cursor() as cursor, cursor.copy(f'copy "{table}" from stdin') as into:
            for part in parts:
                into.write(part)
        written += sum(part.count(b"\n") for part in parts)
        seconds += time.perf_counter() - began
    began = time.perf_counter()
    before.commit()
    return Floor(written, seconds + time.perf_counter() - began)


ENGINES: dict[str, Any] = {"sqlite": Sqlite, "postgresql": Postgresql}
