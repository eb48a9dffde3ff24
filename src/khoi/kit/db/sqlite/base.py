"""SQLite with the open act as an SQL function.

A trigger cannot read a variable of the connection, but it can call a function that the connection
registers: ``khoi_act()`` is the open act's id or NULL. A program that is not Khơi has no such function,
so its writes fail instead of passing unrecorded.
"""

import hashlib
import json
import secrets
import sqlite3
import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.backends.sqlite3 import base, operations, schema

from khoi.kit.db.recording import Question, RecordingSchemaEditor, triggers_aside

#: The connections of all threads. What a trigger calls keeps its connection alive, so none ends with its thread.
_OPEN: set[sqlite3.Connection] = set()


def close_everywhere() -> None:
    """At the end of the process, when no other thread is at work: the last one to close brings the log home."""
    while _OPEN:
        _OPEN.pop().close()


class DatabaseSchemaEditor(RecordingSchemaEditor, schema.DatabaseSchemaEditor):
    pass


class DatabaseOperations(operations.DatabaseOperations):
    connection: Any

    def execute_sql_flush(self, sql_list: Iterable[str]) -> None:
        with transaction.atomic(using=self.connection.alias), triggers_aside(self.connection):
            super().execute_sql_flush(sql_list)


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor
    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.open_act_id: int | None = None
        self.triggers_are_aside = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        connection.create_function("khoi_act", 0, lambda: self.open_act_id)
        connection.create_function("khoi_salt", 0, lambda: secrets.token_bytes(16))
        connection.create_function("khoi_seal", 2, seal, deterministic=True)
        connection.create_function("khoi_real", 1, json.dumps, deterministic=True)
        connection.create_aggregate("khoi_median", 1, Median)
        _OPEN.add(connection)
        return connection

    def _close(self) -> None:
        _OPEN.discard(self.connection)
        super()._close()  # type: ignore[misc]  # Django has it, its stubs do not

    #: Nothing is said to the database of an act that opens: it asks ``khoi_act()``.
    opening = ""

    #: Nor of one that closes.
    closing: Sequence[Question] = ()

    def together(self, questions: Iterable[Question]) -> list[list[tuple[Any, ...]]]:
        """The rows each of them gives."""
        with self.cursor() as cursor:
            return [cursor.execute(text, values).fetchall() for text, values in questions]


def seal(salt: bytes | None, personal: str | None) -> bytes | None:
    """``sha256(salt ‖ personal)``: what the chain covers instead of a person's values."""
    if salt is None or personal is None:
        return None
    return hashlib.sha256(salt + personal.encode()).digest()


class Median:
    """What PostgreSQL calls ``percentile_cont(0.5)``; NULL of no values at all."""

    def __init__(self) -> None:
        self._values: list[float] = []

    def step(self, value: Any, /) -> None:
        if value is not None:
            self._values.append(value)

    def finalize(self) -> Any:
        return statistics.median(self._values) if self._values else None
