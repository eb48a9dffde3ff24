"""Asking what every act asks, in plain SQL: Django takes ten times longer to put such a question together than the
database takes to answer it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection


def ask(text: str, ids: Iterable[int], *further: Any) -> list[tuple[Any, ...]]:
    """The rows ``text`` asks for; ``{ids}`` in it stands for the ids, the ``further`` values come after them. Nothing
    is asked of no ids. At most some hundred of them at a time."""
    among = list(ids)
    if not among:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_spelled(text, len(among)), [*among, *map(_value, further)])
        return list(cursor.fetchall())


def moment(stored: datetime | None) -> datetime | None:
    """What a plain question gave for a moment: SQLite has it without its zone, which is UTC."""
    return stored if stored is None or stored.tzinfo else stored.replace(tzinfo=UTC)


@lru_cache(maxsize=512)
def _spelled(text: str, count: int) -> str:
    return text.replace("{ids}", ", ".join(["%s"] * count))


def _value(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
