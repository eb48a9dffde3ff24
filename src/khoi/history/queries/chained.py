"""The whole chain as plain values, for whoever proves it: millions of rows, so no records are made of them."""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db import connection

from khoi.history.rules.chain import leaf, sealed

_CHUNK = 5_000

#: Moments as µs since 1970, exact on either database. SQLite reads a time of day to the millisecond and rounds the
#: last one of a second up, so the whole seconds and what is behind them are read apart.
_ACTS_ON_SQLITE = """
    select id, position,
        cast(strftime('%%s', substr(recorded_at, 1, 19)) as integer) * 1000000
            + cast(substr(recorded_at, 21, 6) as integer),
        cast(strftime('%%s', substr(occurred_at, 1, 19)) as integer) * 1000000
            + cast(substr(occurred_at, 21, 6) as integer),
        verb, actor_kind, actor_id, via, subject_tbl, subject_id, key, why, cast(is_undo as integer), seal, chain
    from history_act where position is not null order by position
"""
_ACTS_ON_POSTGRESQL = """
    select id, position,
        (extract(epoch from recorded_at) * 1000000)::bigint, (extract(epoch from occurred_at) * 1000000)::bigint,
        verb, actor_kind, actor_id, via, subject_tbl, subject_id, key, why, is_undo::int, seal, chain
    from history_act where position is not null order by position
"""
_CHANGES = """
    select act_id, salt, personal, id, tbl, row_id, subject_id, op, before, seal
    from history_change order by act_id, id
"""


def acts_in_order() -> Iterator[tuple[Any, ...]]:
    """Every sealed act: what the chain covers of it (``sealing.act_fields``), then its seal and link."""
    return _rows(_ACTS_ON_SQLITE if connection.vendor == "sqlite" else _ACTS_ON_POSTGRESQL)


def _rows(text: str) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(text, [])
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows


class Seals:
    """The digest of each act's changes, in one pass over all of them and in the memory of a few.

    Changes are read in the order of their acts' ids, acts asked for in the order of the chain. The two differ only
    where writers of PostgreSQL overtook each other, so what is read ahead waits shortly.
    """

    def __init__(self) -> None:
        self._rows = _rows(_CHANGES)
        self._next = next(self._rows, None)
        self._read: dict[int, Any] = {}
        self._broken: set[int] = set()

    def of(self, act_id: int) -> bytes | None:
        """The digest; None when a person's values are not the ones that were sealed."""
        self._read_to(act_id)
        digest = self._read.pop(act_id, None) or hashlib.sha256()
        return None if act_id in self._broken else bytes(digest.digest())

    def left(self, *, but: int) -> int | None:
        """The first act that has changes and was never asked for, other than ``but``."""
        ahead = () if self._next is None else (self._next[0], *(row[0] for row in self._rows))
        return min((act for act in (*self._read, *ahead) if act != but), default=None)

    def _read_to(self, act_id: int) -> None:
        row = self._next
        while row is not None and row[0] <= act_id:
            act, salt, personal, *fields = row
            digest = self._read.get(act)
            if digest is None:
                digest = self._read[act] = hashlib.sha256()
            digest.update(leaf(*fields))
            if personal is not None and not sealed(salt, personal, fields[-1]):
                self._broken.add(act)
            row = next(self._rows, None)
        self._next = row
