"""Taking an act back, exactly or not at all.

Refused, with the acts named, when later standing acts built on what would go.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, models

from khoi.history.models import CODES, KINDS, Act, Change, model_of
from khoi.history.queries.lives import chunks
from khoi.history.queries.plans import Plan, plan_of, rows_of
from khoi.history.rules.actors import Actor
from khoi.history.services.acting import act, current_act
from khoi.history.services.restoring import restore
from khoi.kit.db.locks import lock_values


class Refused(Exception):
    """The act was not taken back; nothing was changed.

    ``reason``: ``dependents`` (the acts that would have to go with it, all of them), ``already_undone``,
    ``nothing_to_undo``, ``in_use`` (something that stays by law, or is not recorded, needs it), ``erased``
    (a person's earlier values were erased and cannot come back) or ``clash`` (the earlier state breaks a rule
    of the database, such as a value that must be unique).
    """

    def __init__(self, reason: str, dependents: Collection[int] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.dependents = tuple(sorted(dependents))


@dataclass(frozen=True, slots=True)
class Undone:
    """``act`` is the undo itself, ``undone`` the acts it took back, ``kept`` how many rows stay by law."""

    act: Act
    undone: tuple[int, ...]
    kept: int = 0


def undo_act(
    target: Act,
    *,
    by: Actor,
    now: datetime,
    with_dependents: bool = False,
    agreed: Collection[int] | None = None,
    allow: Callable[[Collection[int]], None] | None = None,
) -> Undone:
    """Take ``target`` back; with ``with_dependents`` also every later act that builds on it.

    ``agreed``: the dependents that were shown beforehand; others refuse it again. ``allow`` is called with the
    ids of all acts that would go, in the same transaction and before anything is written, and may raise.
    """
    if current_act() is not None:
        raise RuntimeError("an undo is an act of its own: its changes are never counted")
    with act("undo", by=by, now=now, subject=_subject(target)) as undo:
        lock_values(connection, ["khoi.undo"])
        if Act.objects.filter(pk=target.pk).values_list("undone_by", flat=True).get() is not None:
            raise Refused("already_undone")
        acts, plan = _attempt(target, undo, with_dependents, agreed, allow)
        if not Change.objects.filter(act=undo).exists():
            raise Refused("nothing_to_undo")
        _mark(plan.marks, acts, undo)
        return Undone(undo, tuple(sorted(acts)), _kept(acts))


def _attempt(
    target: Act,
    undo: Act,
    with_dependents: bool,
    agreed: Collection[int] | None,
    allow: Callable[[Collection[int]], None] | None,
) -> tuple[set[int], Plan]:
    """Restore what the plan says. When a rule of the database forbids it, later acts on the same rows are
    counted as built on it, whichever columns they changed."""
    for whole_rows in (False, True):
        acts, plan = _whole(target.pk, undo.pk, whole_rows=whole_rows)
        _agree(acts - {target.pk}, with_dependents, agreed)
        if allow is not None:
            allow(sorted(acts))
        if plan.stuck:
            raise Refused("in_use")
        if Change.objects.filter(act_id__in=acts, seal__isnull=False, personal=None).exists():
            raise Refused("erased")
        try:
            restore(plan)
        except IntegrityError:
            continue
        return acts, plan
    raise Refused("clash")


def _whole(target: int, undo: int, *, whole_rows: bool) -> tuple[set[int], Plan]:
    """The act with everything that builds on it, their rows held still."""
    acts = {target}
    while True:
        _hold(acts)
        plan = plan_of(acts, undo=undo, whole_rows=whole_rows)
        if plan.dependents <= acts:
            return acts, plan
        acts |= plan.dependents


def _hold(acts: set[int]) -> None:
    """On PostgreSQL others could still change these rows while we look at them."""
    if connection.vendor != "postgresql":
        return
    for model, ids in rows_of(acts).items():
        for chunk in chunks(ids):
            list(model._base_manager.select_for_update().filter(pk__in=chunk).order_by("pk").values_list("pk"))


def _agree(dependents: set[int], with_dependents: bool, agreed: Collection[int] | None) -> None:
    known = dependents <= set(agreed) if agreed is not None else True
    if dependents and not (with_dependents and known):
        raise Refused("dependents", dependents)


def _mark(marks: Mapping[int, int | None], acts: set[int], undo: Act) -> None:
    undo.is_undo = True
    undo.why = json.dumps({"undoes": sorted(acts)})
    undo.save(update_fields=["is_undo", "why"])
    for act_id, holder in marks.items():
        Act.objects.filter(pk=act_id).update(undone_by=holder)


def _kept(acts: set[int]) -> int:
    """How many rows came or went by these acts and stay as they are by law."""
    codes = [table.code for table in KINDS.values() if table.permanent and table.code is not None]
    kept = Change.objects.filter(act_id__in=acts, tbl__in=codes, op__in=["i", "d"])
    return kept.values("tbl", "row_id").distinct().count()


def _subject(target: Act) -> models.Model | None:
    if target.subject_tbl not in CODES or target.subject_id is None:
        return None
    return model_of(target.subject_tbl)(pk=target.subject_id)
