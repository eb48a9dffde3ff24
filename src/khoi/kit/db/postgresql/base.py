"""PostgreSQL with the open act as a setting of the transaction, so it is safe behind a transaction pooler."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.backends.postgresql import base, operations, schema

from khoi.kit.db.recording import RecordingSchemaEditor, triggers_aside


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

    def open_act(self, act_id: int | None) -> None:
        """Name the act that writes from now on belong to; None closes it (a write then fails)."""
        self.open_act_id = act_id
        with self.cursor() as cursor:
            cursor.execute("select set_config('khoi.act', %s, true)", [str(act_id) if act_id else ""])
