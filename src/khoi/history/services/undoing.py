"""Taking an act back, exactly or not at all.

Refused, with the acts named, when later standing acts built on what would go.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError, connection, models

from khoi.history.models import CODES, KINDS, Act, Change, model_of
from khoi.history.queries.erased import FOR_GOOD
from khoi.history.queries.lives import chunks
from khoi.history.queries.parts import parts_of
from khoi.history.queries.plans import Plan, plan_of, rows_of
from khoi.history.rules.actors import Actor
from khoi.history.services.acting import act, current_act
from khoi.history.services.restoring import restore
from khoi.kit.db.asking import any_by, columns_by
from khoi.kit.db.locks import lock_values
from khoi.kit.db.writing import update_row

#: Acts that come or go whole: half of two people who were one would be nobody.
WHOLE: Final = frozenset({"merge_people"})


class Refused(Exception):
    """The act was not taken back; nothing was changed.

    ``reason``: ``dependents`` (the acts that would have to go with it, all of them), ``already_undone``,
    ``nothing_to_undo``, ``in_use`` (something that stays by law, or is not recorded, needs it), ``erased``
    (it is an erasure, or all it could change is of people who were erased) or ``clash`` (the earlier state
    breaks a rule of the database, such as a value that must be unique).
    """

    def __init__(self, reason: str, dependents: Collection[int] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.dependents = tuple(sorted(dependents))


@dataclass(frozen=True, slots=True)
class Undone:
    """``act`` is the undo itself, ``undone`` the acts it took back, ``kept`` how many rows stay by law.

    ``stays``: later acts that changed the same columns and whose values stay, where that was asked for.
    ``erased``: how many rows stay as they are because they speak of somebody who was erased, or such rows need them.
    """

    act: Act
    undone: tuple[int, ...]
    kept: int = 0
    stays: tuple[int, ...] = ()
    erased: int = 0


@dataclass(frozen=True, slots=True)
class Lenience:
    """How an act is taken back whose values later acts may keep.

    ``stays``: of the acts that changed the same columns later, those that need not go. ``mends`` brings a plan
    into a shape the rules of the database allow; asked again, with True, when its first answer was not.
    """

    stays: Callable[[Collection[int]], Collection[int]]
    mends: Callable[[Plan, bool], Plan]


def undo_act(
    target: Act,
    *,
    by: Actor,
    now: datetime,
    with_dependents: bool = False,
    agreed: Collection[int] | None = None,
    allow: Callable[[Collection[int]], None] | None = None,
    along: Collection[int] = (),
    without: Collection[int] = (),
    lenience: Lenience | None = None,
    also: Callable[[Plan], Collection[int]] | None = None,
) -> Undone:
    """Take ``target`` back; with ``with_dependents`` also every later act that builds on it.

    ``agreed``: the dependents that were shown beforehand; others refuse it again. ``allow`` is called with the
    ids of all acts that would go, in the same transaction and before anything is written, and may raise.
    ``along``: acts that go with it in any case, as its parts do, ``without`` some that stay. Without ``lenience``
    whatever changed the same columns builds on it.
    ``also`` names acts that stand in the way of a plan for a reason the tables do not show.
    """
    if current_act() is not None:
        raise RuntimeError("an undo is an act of its own: its changes are never counted")
    with act("undo", by=by, now=now, subject=_subject(target)) as undo:
        lock_values(connection, ["khoi.undo"])
        if Act.objects.filter(pk=target.pk).values_list("undone_by", flat=True).get() is not None:
            raise Refused("already_undone")
        if _is_for_good({target.pk}):
            raise Refused("erased")
        given = {target.pk, *along}
        given |= parts_of(given) - set(without)
        acts, plan = _attempt(given, undo, with_dependents, agreed, allow, lenience, also)
        erased = sum(len(rows) for rows in plan.erased.values())
        if not any_by(Change, "act", [undo.pk]):
            raise Refused("erased" if erased else "nothing_to_undo")
        _mark(plan.marks, acts, undo)
        return Undone(undo, tuple(sorted(acts)), _kept(acts), tuple(sorted(plan.overlapping - acts)), erased)


def _attempt(
    given: set[int],
    undo: Act,
    with_dependents: bool,
    agreed: Collection[int] | None,
    allow: Callable[[Collection[int]], None] | None,
    lenience: Lenience | None,
    also: Callable[[Plan], Collection[int]] | None,
) -> tuple[set[int], Plan]:
    """Restore what the plan says. When a rule of the database forbids it, later acts on the same rows are
    counted as built on it, whichever columns they changed; or the plan is mended, where that was asked for."""
    for again in (False, True):
        acts, plan = _whole(given, undo.pk, whole_rows=again and lenience is None, lenience=lenience, also=also)
        if lenience is not None:
            plan = lenience.mends(plan, again)
        _agree(acts - given, with_dependents, agreed)
        if allow is not None:
            allow(sorted(acts))
        if plan.stuck:
            raise Refused("in_use")
        if _is_for_good(acts) or _would_be_halved(plan):
            raise Refused("erased")
        try:
            restore(plan)
        except IntegrityError:
            continue
        return acts, plan
    raise Refused("clash")


def _is_for_good(acts: Collection[int]) -> bool:
    return bool(_of_verbs(acts, FOR_GOOD))


def _of_verbs(acts: Collection[int], verbs: Collection[str]) -> set[int]:
    found = (row for chunk in chunks(acts) for row in columns_by(Act, "pk", chunk, "pk", "verb"))
    return {pk for pk, verb in found if verb in verbs}


def _would_be_halved(plan: Plan) -> bool:
    """Whether a merge would come or go without the rows of somebody who was erased."""
    touched = rows_of(_of_verbs(plan.marks, WHOLE)) if plan.erased else {}
    return any(plan.erased.get(model, frozenset()) & rows for model, rows in touched.items())


def _whole(
    given: set[int],
    undo: int,
    *,
    whole_rows: bool,
    lenience: Lenience | None,
    also: Callable[[Plan], Collection[int]] | None,
) -> tuple[set[int], Plan]:
    """The acts with everything that builds on them, their rows held still."""
    acts = set(given)
    while True:
        _hold(acts)
        plan = plan_of(acts, undo=undo, whole_rows=whole_rows)
        dependents = plan.dependents - set(lenience.stays(plan.overlapping) if lenience else ())
        dependents |= set(also(plan)) if also else set()
        if dependents <= acts:
            return acts, plan
        acts |= dependents | parts_of(dependents)


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
    update_row(undo, ["is_undo", "why"])
    held: dict[int | None, list[int]] = defaultdict(list)
    for act_id, holder in marks.items():
        held[holder].append(act_id)
    for holder, ids in held.items():
        for chunk in chunks(ids):
            Act.objects.filter(pk__in=chunk).update(undone_by=holder)


def _kept(acts: set[int]) -> int:
    """How many rows came or went by these acts and stay as they are by law."""
    codes = [table.code for table in KINDS.values() if table.permanent and table.code is not None]
    kept = Change.objects.filter(act_id__in=acts, tbl__in=codes, op__in=["i", "d"])
    return kept.values("tbl", "row_id").distinct().count()


def _subject(target: Act) -> models.Model | None:
    if target.subject_tbl not in CODES or target.subject_id is None:
        return None
    return model_of(target.subject_tbl)(pk=target.subject_id)
