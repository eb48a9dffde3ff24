"""Whose a row is: nothing stays with somebody who was merged, and what hangs on a lead, a deal or the consent ledger
names the person of that one. The second can be rebuilt at any time."""

import json
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from khoi.history.models import Act, Change, code_of
from khoi.history.queries.lives import chunks
from khoi.history.services import Touched
from khoi.kit.db.asking import Question, answer, ask, question
from khoi.people import services as people
from khoi.people.models import Person
from khoi.people.queries import Pointer, pointers

#: What the old values of a row name when it changed hands.
_HANDED_OVER: Final = (
    "select tbl, row_id from history_change where act_id in ({ids}) and op = 'u' "
    "and (before like '%%\"person_id\"%%' or before like '%%\"merged_into_id\"%%')"
)
#: Whom people were merged into.
_PARTED: Final = (
    "select before from history_change where act_id in ({ids}) and tbl = %s and op <> 'i' "
    "and before like '%%\"merged_into_id\"%%'"
)
_CAME: Final = "select tbl, row_id from history_change where act_id in ({ids}) and op = 'i'"


def rows_follow_survivors(act: Act, touched: Touched) -> bool:
    """Whoever still wrote to somebody that was merged meanwhile wrote to the survivor. Whether anybody did."""
    subjects = touched.subjects_of(touched.subjects)
    if not subjects or act.verb == people.MERGING or not (merged := people.hold_merged(subjects)):
        return False
    people.move_to_survivors(merged)
    return True


def former_survivors(act: Act) -> set[int]:
    """Whom people were merged into before the act, those who went with it too; they are known by fewer names now."""
    gone = ask(_PARTED, [act.pk], code_of(Person))
    found = (json.loads(before).get("merged_into_id") for (before,) in gone)
    return {one for one in found if one is not None}


def rows_follow_owners(act: Act, touched: Touched) -> None:
    """After leads, deals or people changed hands: the rows that only repeat whose they are."""
    owners = {code_of(_owner(pointer)) for pointer in _following()}
    if not act.is_undo and not touched.changed & owners:
        return
    rows: dict[int, set[int]] = defaultdict(set)
    for code, row in ask(_HANDED_OVER, [act.pk]) + (ask(_CAME, [act.pk]) if act.is_undo else []):
        if code in owners:
            rows[code].add(row)
    for pointer in _following() if act.is_undo else ():
        rows[code_of(_owner(pointer))] |= _owners_of_returned(pointer, act, touched)
    for pointer in _following() if rows else ():
        refresh_owners(pointer, rows[code_of(_owner(pointer))])


def _owners_of_returned(pointer: Pointer, act: Act, touched: Touched) -> set[int]:
    """What came back by an undo names whose it was when it went; what it hangs on may have changed hands since."""
    code = code_of(pointer.model)
    if not touched.get(code):
        return set()
    back = Change.objects.filter(act=act, op="i", tbl=code).values("row_id")
    owners = pointer.model._base_manager.filter(pk__in=back).values_list(_path(pointer), flat=True)
    return {one for one in owners if one is not None}


def recheck_owners(*, check: bool) -> int:
    """All rows that repeat whose they are. Returns how many were off."""
    return sum(refresh_owners(pointer, None, check=check) for pointer in _following())


def refresh_owners(pointer: Pointer, owners: Iterable[int] | None, *, check: bool = False) -> int:
    """The rows that hang on these owners (None: all) name the owners' person. Returns how many were off."""
    model, name, path = pointer.model, pointer.field.name, _path(pointer)
    if owners is None:
        found = answer(_asking_all_off(model, name, path))
    else:
        found = [row for chunk in chunks(owners) for row in ask(_asking_off(model, name, path), chunk)]
    of: dict[int, list[int]] = defaultdict(list)
    for row, right in found if not check else ():
        of[right].append(row)
    for right, wrong in of.items():
        for chunk in chunks(wrong):
            model._base_manager.filter(pk__in=chunk).update(**{name: right})
    return len(found)


@cache
def _asking_off(model: type[models.Model], name: str, path: str) -> str:
    text, _ = question(_off(model._base_manager.filter(**{f"{path}__in": [0]}), name, path))
    return text.replace("(%s)", "({ids})")


@cache
def _asking_all_off(model: type[models.Model], name: str, path: str) -> Question:
    return question(_off(model._base_manager.all(), name, path))


def _off(rows: "models.QuerySet[Any]", name: str, path: str) -> "models.QuerySet[Any]":
    """Those of the rows that name another than their owner's person: id, and who is right."""
    told = rows.annotate(right=Subquery(_person_of(rows.model, path))).filter(right__isnull=False)
    off: models.QuerySet[Any] = told.filter(~Q(**{name: F("right")}) | Q(**{f"{name}__isnull": True}))
    return off.values_list("pk", "right")


def _person_of(model: type[models.Model], path: str) -> "models.QuerySet[Any]":
    owner = _owner_at(model, path)
    rows = owner._base_manager.filter(pk=OuterRef(path))
    if owner is Person:
        return rows.values(root=Coalesce("merged_into", "id"))[:1]
    return rows.values("person")[:1]


def _following() -> list[Pointer]:
    return [pointer for pointer in pointers() if pointer.reference.on_merge == "follow"]


def _path(pointer: Pointer) -> str:
    """``lead`` of ``lead.person``; a column that holds a person's id is a path of its own."""
    return pointer.reference.follows.partition(".")[0]


def _owner(pointer: Pointer) -> type[models.Model]:
    return _owner_at(pointer.model, _path(pointer))


def _owner_at(model: type[models.Model], path: str) -> type[models.Model]:
    owner: Any = model._meta.get_field(path).related_model
    return owner or Person
