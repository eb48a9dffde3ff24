"""The one door of every write."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import datetime
from importlib import import_module
from types import MappingProxyType
from typing import Any, cast

from django.conf import settings
from django.db import connection as default_connection
from django.db import models, transaction

from khoi.history.models import Act, code_of
from khoi.history.rules.actors import Actor
from khoi.history.services.rehearsing import stop_when_rehearsing
from khoi.history.services.sealing import seal
from khoi.kit.db.queue import WRITERS
from khoi.kit.db.writing import insert_row

_WRITTEN = "select distinct tbl, row_id, subject_id, op from history_change where act_id = %s and id > %s and id <= %s"
_FURTHEST = 2**63 - 1


class Touched(dict[int, frozenset[int]]):
    """What an act touched: table code → ids of rows that came, changed or went.

    ``changed``: codes of the tables in which a row that was there before changed. ``subjects``: table code → the
    people its touched rows spoke of.
    """

    changed: frozenset[int] = frozenset()
    subjects: Mapping[int, frozenset[int]] = MappingProxyType({})

    def subjects_of(self, codes: Iterable[int]) -> set[int]:
        return {subject for code in codes for subject in self.subjects.get(code, ())}


class AlreadyDone(Exception):
    """The key was used before; ``act`` is what was done then."""

    def __init__(self, act: Act) -> None:
        super().__init__(f"already done by act {act.pk}")
        self.act = act


def _connection() -> Any:
    return default_connection


def current_act() -> Act | None:
    return cast("Act | None", getattr(_connection(), "khoi_open", None))


@contextmanager
def act(
    verb: str,
    *,
    by: Actor,
    now: datetime,
    occurred_at: datetime | None = None,
    subject: models.Model | None = None,
    key: str | None = None,
    why: Mapping[str, Any] | None = None,
    decides: bool = True,
    part_of: Act | None = None,
) -> Iterator[Act]:
    """Everything written inside belongs to one Act, in one transaction, with its consequences settled.

    An inner act joins the outer one; its verb and key then say nothing, and its subject only when it is
    the same verb that was begun without one: a page that does one thing need not know what about. A ``key`` used before
    raises ``AlreadyDone`` before anything is written. An act that changed nothing leaves no trace.
    ``decides`` False: nothing new follows from it, only what can be rebuilt is refreshed. ``part_of``: it goes on with
    an act that is closed (of a part, its whole is meant).
    """
    if (outer := current_act()) is not None:
        if subject is not None and verb == outer.verb:
            about(subject)
        yield outer
        return
    stop_when_rehearsing()
    with turn(), transaction.atomic():
        opened = _open(verb, by=by, now=now, occurred_at=occurred_at, subject=subject, key=key, why=why, whole=part_of)
        try:
            yield opened
            settle(opened, decides=decides)
        except BaseException:
            _forget()  # the rollback takes the rest back; on PostgreSQL nothing more can be said to it anyway
            raise
        _forget()
        seal(opened)


def about(record: models.Model) -> None:
    """Say what the open act is about, when that is known only once it has been made. The first word counts."""
    opened = current_act()
    if opened is not None and opened.subject_tbl is None:
        opened.subject_tbl, opened.subject_id = code_of(type(record)), record.pk


def turn() -> Any:
    """SQLite writers of one process queue fairly; inside a transaction the lock is ours already."""
    connection = _connection()
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return nullcontext()
    return WRITERS.turn()


def _open(
    verb: str,
    *,
    by: Actor,
    now: datetime,
    occurred_at: datetime | None,
    subject: models.Model | None,
    key: str | None,
    why: Mapping[str, Any] | None,
    whole: Act | None,
) -> Act:
    opened = Act(
        recorded_at=now,
        occurred_at=occurred_at or now,
        verb=verb,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_label=by.label,
        via=by.via,
        subject_tbl=code_of(type(subject)) if subject is not None else None,
        subject_id=subject.pk if subject is not None else None,
        key=key,
        why=json.dumps(dict(why or {}), ensure_ascii=False, sort_keys=True),
        part_of_id=(whole.part_of_id or whole.pk) if whole is not None else None,
    )
    opened.settled = []
    _save(opened)
    connection = _connection()
    connection.khoi_open, connection.open_act_id = opened, opened.pk
    return opened


def _save(opened: Act) -> None:
    """Two requests with one key at the same moment: the second waits for the first and is told."""
    if not insert_row(opened, along=_connection().opening, unless="key"):
        raise AlreadyDone(Act.objects.get(key=opened.key))


def _forget() -> None:
    connection = _connection()
    connection.khoi_open = None
    connection.open_act_id = None


def settle(opened: Act, *, decides: bool = True) -> None:
    """Hand what the act touched to the one function named by ``KHOI_SETTLE``.

    After an undo, and when the act ``decides`` nothing, it only refreshes what can be rebuilt. A decision taken
    then would belong to an act that is itself never counted, so it is an error of ours and fails.
    """
    if not (path := settings.KHOI_SETTLE):
        return
    module, _, name = path.rpartition(".")
    hook: Callable[..., None] = getattr(import_module(module), name)
    refresh_only = opened.is_undo or not decides
    before = _recorded(opened) if refresh_only else None
    hook(opened, touched(opened), refresh_only=refresh_only)
    if before is not None and _recorded(opened) != before:
        raise RuntimeError("settling may only refresh what can be rebuilt here")


def _recorded(opened: Act) -> int:
    with _connection().cursor() as cursor:
        cursor.execute("select count(*) from history_change where act_id = %s", [opened.pk])
        return int(cursor.fetchone()[0])


@contextmanager
def settled() -> Iterator[None]:
    """What is written inside the open act is settled by whoever writes it: its end does not look at it again."""
    opened, before = _connection().khoi_open, _last_change()
    yield
    opened.settled.append((before, _last_change()))


def _last_change() -> int:
    """Ids only grow, so whatever is written from now on comes behind."""
    with _connection().cursor() as cursor:
        cursor.execute("select coalesce(max(id), 0) from history_change")
        return int(cursor.fetchone()[0])


def touched(opened: Act, *, all_of_it: bool = False) -> Touched:
    """``all_of_it``: also what was settled as it was written."""
    rows: dict[int, set[int]] = defaultdict(set)
    subjects: dict[int, set[int]] = defaultdict(set)
    changed = set()
    for tbl, row_id, subject, op in _written(opened, all_of_it):
        rows[tbl].add(row_id)
        if subject is not None:
            subjects[tbl].add(subject)
        if op == "u":
            changed.add(tbl)
    found = Touched({tbl: frozenset(ids) for tbl, ids in rows.items()})
    found.changed = frozenset(changed)
    found.subjects = {tbl: frozenset(ids) for tbl, ids in subjects.items()}
    return found


def _written(opened: Act, all_of_it: bool) -> Iterator[tuple[int, int, int | None, str]]:
    """Asked of every act, hence in plain SQL: what stands between the stretches that are settled."""
    stretches = [] if all_of_it else opened.settled
    ends = [0, *(end for _, end in stretches)]
    with _connection().cursor() as cursor:
        for last, (first, _) in zip(ends, [*stretches, (_FURTHEST, 0)], strict=True):
            if last < first:
                cursor.execute(_WRITTEN, [opened.pk, last, first])
                yield from cursor.fetchall()
