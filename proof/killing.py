"""A process that kills itself at a chosen moment, on a copy of a prepared database.

A moment is just before a statement is sent, and just before and just after a commit. The child is forked from the
process that prepared everything, so that no time goes into starting one.
"""

import hashlib
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from django.db import connection, connections

KILLED: Final = -signal.SIGKILL


class Copies:
    """One prepared database, and a copy of it that is made anew before each try."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.prepared = str(connection.settings_dict["NAME"])
        self.copy = f"{self.prepared}_copy"
        connection.close()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = self.prepared
            self._remove()

    def renew(self) -> None:
        connection.close()
        self._remove()
        if connection.vendor == "sqlite":
            with sqlite3.connect(self.prepared) as source, sqlite3.connect(self.copy) as target:
                source.backup(target)
            source.close()
            target.close()
        else:
            self._on_server("create database {} template {}", self.copy, self.prepared)
        connection.settings_dict["NAME"] = self.copy

    def _remove(self) -> None:
        if connection.vendor == "sqlite":
            for end in ("", "-wal", "-shm"):
                Path(self.copy + end).unlink(missing_ok=True)
        else:
            self._on_server("drop database if exists {} with (force)", self.copy)

    def _on_server(self, text: str, *names: str) -> None:
        from psycopg import connect, sql

        parameters = connection.get_connection_params() | {"dbname": "postgres"}
        wanted = {
            name: parameters[name] for name in ("host", "port", "user", "password", "dbname") if parameters.get(name)
        }
        with connect(**wanted, autocommit=True) as server:
            server.execute(sql.SQL(text).format(*map(sql.Identifier, names)))


def in_a_child(do: Callable[[], object], *, killed_at: int | None = None) -> int:
    """Do it in a process of its own; its exit code, ``KILLED`` when it came to that moment."""
    connection.close()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with same_dice(), moments(killed_at):
                do()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextmanager
def moments(killed_at: int | None) -> Iterator[None]:
    """Kill this process at the moment of that number, counted from 1."""
    numbers = count(1)

    def pass_one() -> None:
        if next(numbers) == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(execute: Any, *said: Any) -> Any:
        pass_one()
        return execute(*said)

    commit = connections["default"]._commit  # type: ignore[attr-defined]

    def committing() -> None:
        pass_one()
        commit()
        pass_one()

    with connection.execute_wrapper(statement), patch.object(connections["default"], "_commit", committing):
        yield


@contextmanager
def same_dice() -> Iterator[None]:
    """Every try draws the same public ids."""
    numbers = count()

    def drawn(size: int) -> bytes:
        return hashlib.shake_128(next(numbers).to_bytes(8, "big")).digest(size)

    with patch("os.urandom", drawn):
        yield
