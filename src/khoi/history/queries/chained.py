"""The whole chain as plain values, for whoever proves it: millions of rows, so no records are made of them."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from django.db import connection, connections
from django.db.models import Max

from khoi.history.models import Change
from khoi.history.rules.chain import leaf, sealed

_CHUNK = 5_000
_OF_NOTHING = hashlib.sha256().digest()

#: Moments as µs since 1970, exact on either database. SQLite reads a time of day to the millisecond and rounds the
#: last one of a second up, so the whole seconds and what is behind them are read apart.
_ACTS_ON_SQLITE = """
    select id, position,
        cast(strftime('%%s', substr(recorded_at, 1, 19)) as integer) * 1000000
            + cast(substr(recorded_at, 21, 6) as integer),
        cast(strftime('%%s', substr(occurred_at, 1, 19)) as integer) * 1000000
            + cast(substr(occurred_at, 21, 6) as integer),
        verb, actor_kind, actor_id, via, subject_tbl, subject_id, key, why, cast(is_undo as integer), seal, chain,
        part_of_id
    from history_act where position is not null order by position
"""
_ACTS_ON_POSTGRESQL = """
    select id, position,
        (extract(epoch from recorded_at) * 1000000)::bigint, (extract(epoch from occurred_at) * 1000000)::bigint,
        verb, actor_kind, actor_id, via, subject_tbl, subject_id, key, why, is_undo::int, seal, chain, part_of_id
    from history_act where position is not null order by position
"""
_CHANGES = """
    select act_id, salt, personal, id, tbl, row_id, subject_id, op, before, seal
    from history_change where act_id >= %s and act_id < %s order by act_id, id
"""
#: So many acts are read at once, whatever the length of the history.
_PART = 5_000
#: Histories shorter than so many acts are proved by one process: starting others takes longer.
_SHORT = 50_000


def acts_in_order() -> Iterator[tuple[Any, ...]]:
    """Every sealed act: what the chain covers of it (``sealing.act_fields``), then its seal and link."""
    for *fields, seal, chain, whole in _rows(_ACTS_ON_SQLITE if connection.vendor == "sqlite" else _ACTS_ON_POSTGRESQL):
        yield (*fields, seal, chain) if whole is None else (*fields, whole, seal, chain)


def _rows(text: str, *values: int) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(text, values)
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows


Digests = dict[int, bytes | None]


def digests(first: int) -> Digests:
    """Act id → the digest of its changes, of ``_PART`` ids from ``first`` on that have any; None when a person's values
    are not the ones that were sealed."""
    read: dict[int, Any] = {}
    broken: set[int] = set()
    for act, salt, personal, *fields in _rows(_CHANGES, first, first + _PART):
        digest = read.get(act)
        if digest is None:
            digest = read[act] = hashlib.sha256()
        digest.update(leaf(*fields))
        if personal is not None and not sealed(salt, personal, fields[-1]):
            broken.add(act)
    return {act: None if act in broken else digest.digest() for act, digest in read.items()}


@contextmanager
def seals(workers: int = 1) -> Iterator["Seals"]:
    """The digests of all acts, worked out part by part; of a long history by other processes, when ``workers`` says so.

    They begin with no connection of ours, so never ask for any inside a transaction.
    """
    last = Change.objects.aggregate(last=Max("act_id"))["last"] or 0
    parts = range(0, last + 1, _PART)
    if workers < 2 or last < _SHORT:
        yield Seals(map(digests, parts))
        return
    connections.close_all()
    with get_context("fork").Pool(workers) as others:
        yield Seals(others.imap(digests, parts))


class Seals:
    """The digest of each act's changes, in the memory of a few parts.

    Parts come in the order of their acts' ids, acts are asked for in the order of the chain. The two differ only where
    writers of PostgreSQL overtook each other, so what is read ahead waits shortly.
    """

    def __init__(self, parts: Iterator[Digests]) -> None:
        self._parts = parts
        self._read: Digests = {}
        self._upto = 0

    def of(self, act_id: int) -> bytes | None:
        """The digest; None when a person's values are not the ones that were sealed."""
        while self._upto <= act_id and (part := next(self._parts, None)) is not None:
            self._read |= part
            self._upto += _PART
        return self._read.pop(act_id, _OF_NOTHING)

    def left(self, *, but: int) -> int | None:
        """The first act that has changes and was never asked for, other than ``but``."""
        for part in self._parts:
            self._read |= part
        return min((act for act in self._read if act != but), default=None)
