"""What both backends share: triggers stand aside while a table changes shape and come back afterwards."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

from django.conf import settings

#: One statement and the values for its places.
Question = tuple[str, Sequence[Any]]

#: Schema editor verbs that rebuild or reshape one table: each one would lose or break its triggers.
RESHAPING = (
    "create_model",
    "delete_model",
    "add_field",
    "remove_field",
    "add_constraint",
    "remove_constraint",
    "alter_unique_together",
)

#: Verbs that may also rename a table or rebuild those that point at it.
RESHAPING_OTHERS = ("alter_field", "alter_db_table")


def recorder() -> ModuleType:
    return import_module(settings.KHOI_RECORDER)


@contextmanager
def triggers_aside(connection: Any, table: str | None = None) -> Iterator[None]:
    """Drop our triggers (of one table, or all), let the caller reshape it, put freshly generated ones back.

    Nested calls (a rebuild renames a table) do the work once, outermost. When the reshaping fails, the
    transaction around it brings the triggers back.
    """
    if connection.triggers_are_aside:
        yield
        return
    connection.triggers_are_aside = True
    try:
        recorder().drop(connection, table)
        yield
        recorder().install(connection, table)
    finally:
        connection.triggers_are_aside = False


class RecordingSchemaEditor:
    """Stands before the engine's own editor in the class line."""

    connection: Any


def _with_triggers_aside(verb: str, *, others: bool) -> Callable[..., Any]:
    def reshape(self: RecordingSchemaEditor, model: Any, *args: Any, **kwargs: Any) -> Any:
        with triggers_aside(self.connection, None if others else model._meta.db_table):
            return getattr(super(RecordingSchemaEditor, self), verb)(model, *args, **kwargs)

    reshape.__name__ = verb
    return reshape


for _verb in RESHAPING:
    setattr(RecordingSchemaEditor, _verb, _with_triggers_aside(_verb, others=False))
for _verb in RESHAPING_OTHERS:
    setattr(RecordingSchemaEditor, _verb, _with_triggers_aside(_verb, others=True))
