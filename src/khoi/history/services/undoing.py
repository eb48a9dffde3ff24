"""Taking an act back, exactly or not at all.

The state of a row is what the standing acts made of it, in order. Taking an act back changes which acts
stand; every row it touched is brought to the state that follows. It is refused, with the acts named,
when a later standing act built on what would go.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from khoi.history.models import KINDS, Act, Change, model_of
from khoi.history.queries.images import columns_of, image
from khoi.history.queries.lives import CHUNK, current_rows, steps_of
from khoi.history.rules.actors import Actor
from khoi.history.rules.rows import state_counting
from khoi.history.rules.tables import DERIVED, FACT
from khoi.history.services.acting import act


class Refused(Exception):
    """The act cannot be taken back alone. ``reason``: dependents, already_undone, nothing_to_undo."""

    def __init__(self, reason: str, dependents: tuple[int, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.dependents = dependents


@dataclass(frozen=True, slots=True)
class Undone:
    """``act`` is the undo itself, ``undone`` the acts it took back, ``kept`` how many rows stay by law."""

    act: Act
    undone: tuple[int, ...]
    kept: int = 0


def undo_act(target: Act, *, by: Actor, now: datetime, with_dependents: bool = False) -> Undone:
    """Take ``target`` back; with ``with_dependents`` also every later act that builds on it."""
    with act("undo", by=by, now=now, subject=_subject(target)) as undo:
        target = Act.objects.select_for_update().get(pk=target.pk)
        if target.undone_by_id is not None:
            raise Refused("already_undone")
        acts = _with_dependents(target, undo) if with_dependents else [target]
        if not with_dependents and (later := dependents(acts, undo)):
            raise Refused("dependents", tuple(sorted(later)))
        return _take_back(acts, undo)


def dependents(acts: list[Act], undo: Act | None = None) -> set[int]:
    """Standing acts outside ``acts`` that changed later what these changed, or refer to what they made."""
    ids = {a.pk for a in acts}
    found: set[int] = set()
    for code, rows in _touches(ids).items():
        found |= _later_changes(code, rows, ids) | _references(code, rows, acts)
    found -= ids | ({undo.pk} if undo else set())
    return found


def _with_dependents(target: Act, undo: Act) -> list[Act]:
    acts = [target]
    while later := dependents(acts, undo):
        acts += list(Act.objects.filter(pk__in=later))
    return sorted(acts, key=lambda a: a.position or 0, reverse=True)


def _subject(target: Act) -> models.Model | None:
    if target.subject_tbl is None or target.subject_id is None:
        return None
    return model_of(target.subject_tbl)(pk=target.subject_id)


@dataclass(frozen=True, slots=True)
class _Touch:
    first_change: int
    columns: frozenset[str] | None  # None: the whole row, by insert or delete


def _touches(act_ids: set[int]) -> dict[int, dict[int, _Touch]]:
    """Table code → row id → what the acts did to it."""
    found: dict[int, dict[int, _Touch]] = defaultdict(dict)
    for change in Change.objects.filter(act_id__in=act_ids).order_by("id"):
        columns = frozenset(image(change.before, change.personal)) if change.op == "u" else None
        known = found[change.tbl].get(change.row_id)
        if known is not None:
            columns = None if known.columns is None or columns is None else known.columns | columns
        found[change.tbl][change.row_id] = _Touch(known.first_change if known else change.pk, columns)
    return found


def _later_changes(code: int, rows: Mapping[int, _Touch], acts: set[int]) -> set[int]:
    found: set[int] = set()
    for change in _standing_changes(code, rows):
        touch = rows[change.row_id]
        if change.pk <= touch.first_change or change.act_id in acts:
            continue
        whole = touch.columns is None or change.op != "u"
        if whole or touch.columns & image(change.before, change.personal).keys():  # type: ignore[operator]
            found.add(change.act_id)
    return found


def _standing_changes(code: int, row_ids: Iterable[int]) -> Iterable[Change]:
    standing = Change.objects.filter(tbl=code, act__undone_by=None, act__is_undo=False)
    for chunk in _chunks(row_ids):
        yield from standing.filter(row_id__in=chunk)


def _references(code: int, rows: Mapping[int, _Touch], acts: list[Act]) -> set[int]:
    """Acts that made rows which point at rows that would go."""
    goers = _goers(code, rows, {a.pk for a in acts})
    found: set[int] = set()
    for relation in model_of(code)._meta.related_objects:
        pointing = relation.related_model
        table = KINDS.get(pointing)
        if table is None or table.code is None or table.permanent:
            continue
        for chunk in _chunks(goers):
            ids = pointing._base_manager.filter(**{f"{relation.field.name}__in": chunk}).values_list("pk", flat=True)
            for part in _chunks(ids):
                made = Change.objects.filter(tbl=table.code, row_id__in=part, act__undone_by=None, act__is_undo=False)
                found |= _pointers(made, str(relation.field.column))
    return found


def _pointers(changes: Iterable[Change], column: str) -> set[int]:
    """The acts that last set the column on each row: its insert, or a later change of that column."""
    last: dict[int, int] = {}
    for change in sorted(changes, key=lambda c: c.pk):
        if change.op == "i" or column in image(change.before, change.personal):
            last[change.row_id] = change.act_id
    return set(last.values())


def _goers(code: int, rows: Mapping[int, _Touch], acts: set[int]) -> list[int]:
    whole = [row for row, touch in rows.items() if touch.columns is None]
    inserted: set[int] = set()
    for chunk in _chunks(whole):
        made = Change.objects.filter(tbl=code, row_id__in=chunk, op="i", act_id__in=acts)
        inserted |= set(made.values_list("row_id", flat=True))
    return sorted(inserted)


def _take_back(acts: list[Act], undo: Act) -> Undone:
    flipped: set[int] = set()
    for target in acts:
        _deactivate(target, undo, flipped)
    undo.is_undo = True
    undo.why = json.dumps({"undoes": [a.pk for a in acts]})
    undo.save(update_fields=["is_undo", "why"])
    kept = _restore(_touches(flipped))
    if not Change.objects.filter(act=undo).exists():
        raise Refused("nothing_to_undo")
    return Undone(undo, tuple(a.pk for a in acts), kept)


def _deactivate(target: Act, by: Act, flipped: set[int]) -> None:
    Act.objects.filter(pk=target.pk).update(undone_by=by)
    if not target.is_undo:
        flipped.add(target.pk)
        return
    for again in Act.objects.filter(pk__in=json.loads(target.why).get("undoes", [])):
        _activate(again, flipped)


def _activate(target: Act, flipped: set[int]) -> None:
    Act.objects.filter(pk=target.pk).update(undone_by=None)
    if not target.is_undo:
        flipped.add(target.pk)
        return
    for again in Act.objects.filter(pk__in=json.loads(target.why).get("undoes", [])):
        _deactivate(again, target, flipped)


def _restore(touches: Mapping[int, Mapping[int, _Touch]]) -> int:
    """Bring every touched row to the state that the standing acts give. Returns the rows stepped around."""
    kept = 0
    work = [(model_of(code), sorted(rows)) for code, rows in touches.items()]
    goals = {model: _goals(model, ids) for model, ids in work}
    for model, (now, goal) in goals.items():
        if KINDS[model].permanent:
            kept += sum(1 for pk in goal if (goal[pk] is None) != (pk not in now))
            goal = {pk: values for pk, values in goal.items() if values is not None and pk in now}
            goals[model] = (now, goal)
    for model, (now, goal) in goals.items():
        _insert(model, {pk: v for pk, v in goal.items() if v is not None and pk not in now})
    for model, (now, goal) in goals.items():
        _update(model, now, {pk: v for pk, v in goal.items() if v is not None and pk in now})
    for model, (now, goal) in goals.items():
        _delete(model, [pk for pk, v in goal.items() if v is None and pk in now])
    return kept


Rows = dict[int, dict[str, Any]]
Goal = dict[int, dict[str, Any] | None]


def _goals(model: type[models.Model], ids: list[int]) -> tuple[Rows, Goal]:
    now = current_rows(model, ids)

    def counts(change: Change) -> bool:
        return change.act.undone_by_id is None and not change.act.is_undo

    steps = steps_of(model, ids, counts)
    return now, {pk: state_counting(steps[pk], now.get(pk)) for pk in ids}


def _insert(model: type[models.Model], rows: Mapping[int, Mapping[str, Any]]) -> None:
    fields = columns_of(model)
    back = [model(pk=pk, **{fields[c].attname: v for c, v in values.items()}) for pk, values in rows.items()]
    model._base_manager.bulk_create(back, batch_size=CHUNK)


def _update(model: type[models.Model], now: Rows, goal: Mapping[int, Mapping[str, Any]]) -> None:
    table, fields = KINDS[model], columns_of(model)
    silent = table.unrecorded | table.secret
    by_columns: dict[frozenset[str], list[int]] = defaultdict(list)
    for pk, values in goal.items():
        differing = frozenset(c for c, v in values.items() if c not in silent and now[pk][c] != v)
        if differing:
            by_columns[differing].append(pk)
    if table.kind != FACT:
        return
    for columns, pks in by_columns.items():
        back = [model(pk=pk, **{fields[c].attname: goal[pk][c] for c in columns}) for pk in pks]
        model._base_manager.bulk_update(back, [fields[c].name for c in sorted(columns)], batch_size=CHUNK)


def _delete(model: type[models.Model], ids: list[int]) -> None:
    """Take rows out; what is rebuilt goes with them, what must stay lets go of them."""
    for relation in model._meta.related_objects:
        pointing = relation.related_model
        table = KINDS.get(pointing)
        name = f"{relation.field.name}__in"
        for chunk in _chunks(ids):
            rows = pointing._base_manager.filter(**{name: chunk})
            if table is not None and table.kind == DERIVED:
                rows._raw_delete(rows.db)
            elif relation.field.null and (table is None or table.code is None or table.permanent):
                rows.update(**{relation.field.name: None})
    for chunk in _chunks(ids):
        rows = model._base_manager.filter(pk__in=chunk)
        rows._raw_delete(rows.db)


def _chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    every = list(ids)
    for start in range(0, len(every), CHUNK):
        yield every[start : start + CHUNK]
