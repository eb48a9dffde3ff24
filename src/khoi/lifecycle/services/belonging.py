"""Whose a row is: nothing stays with somebody who was merged, and what hangs on a lead, a deal or the consent ledger
names the person of that one. The second can be rebuilt at any time."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from khoi.history.models import Act, Change, code_of
from khoi.history.queries.lives import chunks
from khoi.history.services import Touched
from khoi.kit.db.asking import any_by, ask
from khoi.people import services as people
from khoi.people.models import Person
from khoi.people.queries import Pointer, pointers

#: What the old values of a row name when it changed hands.
_HANDED_OVER: Final = (
    "select tbl, row_id from history_change where act_id in ({ids}) and op = 'u' "
    "and (before like '%%\"person_id\"%%' or before like '%%\"merged_into_id\"%%')"
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
    gone = Change.objects.filter(act=act, tbl=code_of(Person), op__in="ud", before__contains='"merged_into_id"')
    found = (json.loads(before or "{}").get("merged_into_id") for before in gone.values_list("before", flat=True))
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
    name, path = pointer.field.name, _path(pointer)
    if owners is not None and not _hanging(pointer.model, path, owners := list(owners)):
        return 0
    rows = pointer.model._base_manager.all()
    if owners is not None:
        rows = rows.filter(**{f"{path}__in": owners})
    right = Subquery(_person_of(pointer, path))
    off = rows.annotate(right=right).filter(right__isnull=False).exclude(**{name: F("right")})
    off = off | rows.annotate(right=right).filter(right__isnull=False, **{f"{name}__isnull": True})
    wrong: int = off.count() if check else off.update(**{name: right})
    return wrong


def _hanging(model: type[models.Model], path: str, owners: list[int]) -> bool:
    return any(any_by(model, path, chunk) for chunk in chunks(owners))


def _person_of(pointer: Pointer, path: str) -> "models.QuerySet[Any]":
    owner = _owner(pointer)
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
    field = pointer.model._meta.get_field(_path(pointer))
    owner: Any = field.related_model
    return owner or Person
