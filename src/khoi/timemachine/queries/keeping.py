"""What was put together of a moment, kept in memory until the next act: whoever pages through a past list, or looks at
another order of it, does not wait for the same again.

Each process keeps its own, packed and no more than ``MOST_BYTES``. What is kept is never right for longer than the end
of the chain stays what it was, and rights are part of what is asked for; so nothing has to be told to forget.
"""

import pickle
import zlib
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Final

from khoi.history.models import Head
from khoi.kit.db.fronting import Front
from khoi.team.rules import Principal
from khoi.timemachine.queries.past import Moment, Values
from khoi.timemachine.queries.standing import Model

MOST_BYTES: Final = 64_000_000

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """``fronts`` without their rows, which are ``packed``."""

    fronts: list[Front]
    packed: bytes


_kept: OrderedDict[Key, _Kept] = OrderedDict()
_lock = Lock()


def end_of_the_chain() -> bytes:
    """Another one after every act; b"" before the first."""
    return bytes(Head.objects.values_list("chain", flat=True).first() or b"")


def key_of(actor: Principal, moment: Moment, tables: Collection[Model], end: bytes) -> Key:
    """Of whoever may see the same, the same."""
    names = tuple(sorted(model._meta.db_table for model in tables))
    return end, moment.at, moment.known, names, actor.id, actor.role, actor.team_id, actor.visibility


def keep(key: Key, fronts: Collection[Front]) -> None:
    """``fronts`` with what was rebuilt of their rows."""
    packed = zlib.compress(pickle.dumps([_packed(front.rows) for front in fronts], pickle.HIGHEST_PROTOCOL), 1)
    if len(packed) > MOST_BYTES:
        return
    with _lock:
        _kept[key] = _Kept([replace(front, rows={}) for front in fronts], packed)
        while sum(len(one.packed) for one in _kept.values()) > MOST_BYTES:
            _kept.popitem(last=False)


def kept(key: Key) -> list[Front] | None:
    """What was kept, as it was put together; what is of an earlier end of the chain goes."""
    with _lock:
        for other in [other for other in _kept if other[0] != key[0]]:
            del _kept[other]
        found = _kept.get(key)
        if found is None:
            return None
        _kept.move_to_end(key)
    rows = pickle.loads(zlib.decompress(found.packed))  # noqa: S301 - packed by ``keep`` in this process
    return [replace(front, rows=_unpacked(some)) for front, some in zip(found.fronts, rows, strict=True)]


def forget() -> None:
    with _lock:
        _kept.clear()


def _packed(rows: Mapping[int, Values]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns, and of each row its id and what stands in them."""
    columns = list(next(iter(rows.values()), {}))
    return columns, [(pk, *(row[column] for column in columns)) for pk, row in rows.items()]


def _unpacked(packed: tuple[list[str], list[tuple[Any, ...]]]) -> dict[int, Values]:
    columns, rows = packed
    return {pk: dict(zip(columns, values, strict=True)) for pk, *values in rows}
