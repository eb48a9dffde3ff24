"""PostgreSQL with the open act as a setting of the transaction, so it is safe behind a transaction pooler."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.backends.postgresql import base, operations, schema
from django.utils.functional import cached_property

from khoi.kit.db.recording import Question, RecordingSchemaEditor, triggers_aside


class DatabaseSchemaEditor(RecordingSchemaEditor, schema.DatabaseSchemaEditor):
    pass


class DatabaseOperations(operations.DatabaseOperations):
    connection: Any

    def sql_flush(
        self, style: Any, tables: Sequence[str], *, reset_sequences: bool = False, allow_cascade: bool = False
    ) -> list[str]:
        """Emptying every table, between tests: TRUNCATE makes each file of each index anew, which takes the better part
        of a second; deleting a handful of rows takes milliseconds, where keys and triggers may be silent meanwhile."""
        if reset_sequences or not self.may_silence_triggers:
            return super().sql_flush(style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade)
        deletes = [f"delete from {self.quote_name(table)}" for table in tables]
        return ["set local session_replication_role = replica", *deletes]

    def execute_sql_flush(self, sql_list: Iterable[str]) -> None:
        statements = list(sql_list)
        with transaction.atomic(using=self.connection.alias):
            if statements and statements[0].startswith("set local"):
                super().execute_sql_flush(statements)
                return
            with triggers_aside(self.connection):
                super().execute_sql_flush(statements)

    @cached_property
    def may_silence_triggers(self) -> bool:
        """Only a superuser may, which the user of an installation should not be."""
        with self.connection.cursor() as cursor:
            cursor.execute("select rolsuper from pg_roles where rolname = current_user")
            return bool(cursor.fetchone()[0])


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor
    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.open_act_id: int | None = None
        self.triggers_are_aside = False

    def get_connection_params(self) -> dict[str, Any]:
        """The name by which the triggers tell our connections from others."""
        return {**super().get_connection_params(), "application_name": "khoi"}

    #: Said of the row of an act as it is inserted: writes from now on belong to it.
    opening = "set_config('khoi.act', id::text, true)"

    #: A write fails from now on. What was written is checked before the head of the chain is locked: PostgreSQL checks
    #: foreign keys last of all and locks what they point at, and whoever takes that out may be waiting for the head.
    closing: Sequence[Question] = (
        ("select set_config('khoi.act', '', true)", ()),
        ("set constraints all immediate", ()),
        ("set constraints all deferred", ()),
    )

    def together(self, questions: Iterable[Question]) -> list[list[tuple[Any, ...]]]:
        """The rows each of them gives, in one journey to the server."""
        asked = list(questions)
        text = "; ".join(text for text, _ in asked)
        with self.cursor() as cursor:
            cursor.execute(text, [value for _, values in asked for value in values])
            answers = [self._rows(cursor)]
            while cursor.nextset():
                answers.append(self._rows(cursor))
            return answers

    @staticmethod
    def _rows(cursor: Any) -> list[tuple[Any, ...]]:
        return list(cursor.fetchall()) if cursor.description else []
