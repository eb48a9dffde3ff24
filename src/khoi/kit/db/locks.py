"""Locks on values that have no row yet, such as an email address two requests bring at once."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any


def lock_values(connection: Any, values: Iterable[str]) -> None:
    """Hold the values until the transaction ends. SQLite has one writer and needs nothing.

    Sorted, so that two requests with the same values never wait for each other crosswise.
    """
    if connection.vendor != "postgresql":
        return
    numbers = sorted(int.from_bytes(sha256(v.encode()).digest()[:8], signed=True) for v in set(values))
    with connection.cursor() as cursor:
        for number in numbers:
            cursor.execute("select pg_advisory_xact_lock(%s)", [number])
