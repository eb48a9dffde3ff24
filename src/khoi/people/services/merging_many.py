"""Many merges at once, listed and taken back as one: each is an act of its own that goes on with the first."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, Literal

from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.rules.actors import Actor
from khoi.kit.db.locks import lock_values
from khoi.people.models import NotTheSame, Person
from khoi.people.queries.surviving import candidates
from khoi.people.rules.merging import MERGING
from khoi.people.rules.surviving import in_order
from khoi.people.services.merging import merge_held

#: Why two stay two: somebody said so, one was erased, is not there, or became somebody else; they are one already; or
#: what was merged so far was taken back meanwhile.
Why = Literal["told_apart", "erased", "gone", "merged_elsewhere", "already_one", "taken_back"]

Clock = Callable[[], datetime]
#: Called after each group with how many there were so far.
Progress = Callable[[int, "MergedMany"], None]
#: So many groups are looked at together before they are merged one by one.
BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Left:
    """Two who were not made one."""

    survivor: int
    other: int
    why: Why


@dataclass(frozen=True, slots=True)
class MergedMany:
    """``whole``: the first merge, to be undone with all others; None when there was none. ``merged``: how many people
    lead to somebody else now, ``groups``: of how many groups."""

    whole: Act | None
    merged: int = 0
    groups: int = 0
    left: tuple[Left, ...] = ()


def merge_many(
    groups: Iterable[Sequence[int]],
    *,
    by: Actor,
    clock: Clock,
    key: str | None = None,
    whole: Act | None = None,
    progress: Progress = lambda done, so_far: None,
) -> MergedMany:
    """Everybody of a group, ids of people, becomes the one on whom most hangs (``rules.surviving``); blanks are filled
    and nothing is replaced, as of ``merge_people``.

    Each merge is an act and a transaction of its own, ``part_of`` the first one, which has the ``key``; ``whole`` goes
    on with one that was begun before. Whether two may still be one is looked at when they are held: who may not stays
    and is named. When it is taken back meanwhile, nobody is merged any more.
    """
    if history.current_act() is not None:
        raise RuntimeError("merges are acts of their own: they are taken back as such")
    so_far = MergedMany(whole)
    for done, ids in enumerate(_in_order(groups), start=1):
        so_far = _merge_group(ids, so_far, key, by, clock)
        progress(done, so_far)
    return so_far


def _in_order(groups: Iterable[Sequence[int]]) -> Iterator[list[int]]:
    """Who stays comes first, whoever is not there last."""
    rest = iter(groups)
    while batch := list(islice(rest, BATCH)):
        known = candidates({pk for ids in batch for pk in ids})
        for ids in batch:
            here = in_order(known[pk] for pk in set(ids) & known.keys())
            yield [*here, *sorted(set(ids) - known.keys())]


def _merge_group(ids: Sequence[int], so_far: MergedMany, key: str | None, by: Actor, clock: Clock) -> MergedMany:
    whole, merged, left = so_far.whole, 0, list(so_far.left)
    for other in ids[1:]:
        done = _merge_two(ids[0], other, whole, key, by, clock())
        if isinstance(done, Act):
            whole, merged = whole or done, merged + 1
        else:
            left.append(Left(ids[0], other, done))
    return MergedMany(whole, so_far.merged + merged, so_far.groups + bool(merged), tuple(left))


def _merge_two(survivor: int, other: int, whole: Act | None, key: str | None, by: Actor, now: datetime) -> Act | Why:
    first = None if whole is not None else key
    with history.act(MERGING, by=by, now=now, subject=Person(pk=survivor), key=first, part_of=whole) as act:
        lock_values(connection, ["khoi.merge"])
        people = Person.objects.select_for_update().filter(pk__in=[survivor, other]).order_by("pk")
        held = {one.pk: one for one in people}
        if whole is not None and not Act.objects.filter(pk=whole.pk, undone_by=None).exists():
            return "taken_back"
        if why := _why_not(held.get(survivor), held.get(other)):
            return why
        merge_held(act, held[survivor], held[other], {}, now)
    return act


def _why_not(survivor: Person | None, other: Person | None) -> Why | None:
    """Asked of two who are held, as they stand now."""
    if survivor is None or other is None:
        return "gone"
    if survivor.erased_at or other.erased_at:
        return "erased"
    if other.merged_into_id == survivor.pk or survivor.merged_into_id == other.pk:
        return "already_one"
    if survivor.merged_into_id or other.merged_into_id:
        return "merged_elsewhere"
    return "told_apart" if _told_apart(survivor, other) else None


def _told_apart(one: Person, other: Person) -> bool:
    """Also when it was said of those they were merged from."""
    said = NotTheSame.objects.annotate(
        a=Coalesce("first__merged_into", F("first")), b=Coalesce("second__merged_into", F("second"))
    )
    return said.filter(Q(a=one.pk, b=other.pk) | Q(a=other.pk, b=one.pk)).exists()
