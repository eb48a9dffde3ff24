"""Two people are one: everything of the one goes to the other, nothing is deleted, and all of it can be taken back."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from khoi.custom import services as custom
from khoi.custom.queries import values_of
from khoi.custom.rules import PREFIX
from khoi.history import services as history
from khoi.history.models import Act, Change, code_of
from khoi.history.rules.actors import Actor
from khoi.kit.db.locks import lock_values
from khoi.kit.refusals import Refusal
from khoi.people.models import ContactPoint, Person, PersonValue
from khoi.people.queries.pointers import pointers, survivors
from khoi.people.queries.profiles import choosable, profile_of
from khoi.people.rules.merging import FIELDS, MERGING, REACH, Choice, Side, choose


@dataclass(frozen=True, slots=True)
class Merged:
    """``act`` is the merge to undo; ``already``: they were one before, by that act (None when it is not known)."""

    act: Act | None
    survivor: Person
    loser: Person
    already: bool = False


def merge_people(
    survivor: Person,
    *,
    loser: Person,
    choices: Mapping[str, Side] | None = None,
    key: str | None = None,
    part_of: Act | None = None,
    by: Actor,
    now: datetime,
) -> Merged:
    """``survivor`` stays, ``loser`` is found as the survivor from now on.

    Of somebody merged before the one they became is meant. ``choices``: field → whose value stays (see
    rules.merging); without, blanks are filled and nothing is replaced. Two who are one already stay so, and the
    same ``key`` is answered by what was done then. ``part_of``: the first of several merges that are taken back as one.
    Raises ``Refusal`` for one person twice or a choice that is none.
    """
    wanted = _checked(survivor, loser, choices or {})
    if history.current_act() is not None:
        raise RuntimeError("a merge is an act of its own: it is taken back as one")
    try:
        with history.act(MERGING, by=by, now=now, subject=survivor, key=key, part_of=part_of) as act:
            stays, goes = hold_roots(survivor.pk, loser.pk)
            if stays.pk != goes.pk:
                merge_held(act, stays, goes, wanted, now)
    except history.AlreadyDone as done:
        return Merged(done.act, survivor, loser, already=True)
    survivor.refresh_from_db()
    loser.refresh_from_db()
    if act.position is None or stays.pk == goes.pk:
        return Merged(_earlier(survivor, loser), survivor, loser, already=True)
    return Merged(act, survivor, loser)


def _checked(survivor: Person, loser: Person, choices: Mapping[str, Side]) -> dict[str, Side]:
    if survivor.pk == loser.pk:
        raise Refusal("same_person")
    known = choosable() if choices else ()
    for name, side in choices.items():
        if name not in known:
            raise Refusal("unknown_field", name, value=name)
        if side not in ("survivor", "loser"):
            raise Refusal("unknown_choice", name, value=side)
    return dict(choices)


def hold_roots(first: int, second: int) -> tuple[Person, Person]:
    """Who the two are now, locked until the transaction ends.

    One merge at a time: whom somebody was merged into changes under this lock alone. The rows are locked too, in
    order of id, so that on PostgreSQL whoever is just adding something to one of them is waited for, or waits.
    """
    lock_values(connection, ["khoi.merge"])
    roots = dict(Person.objects.filter(pk__in=[first, second]).values_list("pk", "merged_into_id"))
    ids = [roots[first] or first, roots[second] or second]
    held = {person.pk: person for person in Person.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    return held[ids[0]], held[ids[1]]


def _earlier(survivor: Person, loser: Person) -> Act | None:
    """The standing act that made the two one."""
    code = code_of(Person)
    merged = Change.objects.filter(tbl=code, row_id__in=[survivor.pk, loser.pk], op="u").values("act")
    return Act.objects.effective().filter(pk__in=merged, verb=MERGING).order_by("-position").first()


def merge_held(act: Act, stays: Person, goes: Person, wanted: Mapping[str, Side], now: datetime) -> None:
    """Two who are held and stand for themselves become one, in the open ``act``."""
    act.why = json.dumps({"survivor": stays.pk, "loser": goes.pk, "choices": dict(wanted)}, sort_keys=True)
    act.subject_id = stays.pk
    chosen = choose(profile_of(stays), profile_of(goes), wanted)
    own = _own_chosen(stays, goes, wanted)
    history.join_rows(pointers(), stays=stays, goes=goes, fills=lambda live: not _is_decided(live, own))
    custom.fill_many({stays: own})
    _promote(stays, chosen)
    Person.objects.filter(merged_into=goes).update(merged_into=stays)
    _fill(stays, chosen)
    Person.objects.filter(pk=goes.pk).update(merged_into=stays, merged_at=now)


def _own_chosen(stays: Person, goes: Person, wanted: Mapping[str, Side]) -> dict[str, Any]:
    """Key of a field of one's own → the value that was chosen for it, which may be none."""
    of = {name.removeprefix(PREFIX): side for name, side in wanted.items() if name.startswith(PREFIX)}
    values = values_of([stays, goes]) if of else {}
    person = {"survivor": stays, "loser": goes}
    return {key: values.get(person[side].pk, {}).get(key) for key, side in of.items()}


def hold_merged(people: Iterable[int]) -> list[int]:
    """Those of these people who are merged. Nobody merges the others until the transaction ends.

    PostgreSQL checks foreign keys last, so what was just written to somebody would else be missed by whoever merges
    them meanwhile; the lock is the one that its own check takes.
    """
    ids = sorted(set(people))
    if connection.vendor != "postgresql":
        return [pk for pk, root in survivors(ids).items() if root != pk]
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, merged_into_id from people_person where id = any(%s) order by id for key share", [ids]
        )
        return [pk for pk, root in cursor.fetchall() if root is not None]


def move_to_survivors(people: Iterable[int]) -> None:
    """Rows of those of these people who are merged go to whom they are now. Call inside an act."""
    for gone in Person.objects.filter(pk__in=list(people), merged_into__isnull=False).select_related("merged_into"):
        if gone.merged_into is not None:
            history.join_rows(pointers(), stays=gone.merged_into, goes=gone)


def _is_decided(live: Any, own: Collection[str]) -> bool:
    """Whether somebody chose the value of this field of one's own, so that the loser's fills no blank."""
    return bool(own) and isinstance(live, PersonValue) and live.field.key in own


def _fill(stays: Person, chosen: Iterable[Choice]) -> None:
    changed = {one.field: one.value for one in chosen if one.field in FIELDS and getattr(stays, one.field) != one.value}
    if changed:
        Person.objects.filter(pk=stays.pk).update(**changed)


def _promote(stays: Person, chosen: Iterable[Choice]) -> None:
    """The chosen email and phone come first, and of each kind there is a first one."""
    points: dict[str, list[ContactPoint]] = defaultdict(list)
    for point in ContactPoint.objects.filter(person=stays).order_by("-is_primary", "pk"):
        points[point.kind].append(point)
    for one in chosen:
        if one.field in REACH and points[one.field]:
            first = next((p for p in points[one.field] if p.normal == one.value), points[one.field][0])
            _put_first(first, points[one.field])


def _put_first(first: ContactPoint, points: Iterable[ContactPoint]) -> None:
    if lowered := [point.pk for point in points if point.is_primary and point.pk != first.pk]:
        ContactPoint.objects.filter(pk__in=lowered).update(is_primary=False)
    if not first.is_primary:
        ContactPoint.objects.filter(pk=first.pk).update(is_primary=True)
