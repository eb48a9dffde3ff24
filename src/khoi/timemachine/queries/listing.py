"""The list of acts, latest first, a page at a time; the parts of an act are told with it."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from khoi.history.models import Act, Change
from khoi.history.queries import counts_of
from khoi.team.rules import Principal
from khoi.timemachine.queries.sight import acts_seen, may_ask
from khoi.timemachine.queries.telling import subjects_of

PART: Final = 50
#: Acts looked at for one part by somebody who sees few of them; then the part ends early and the next goes on.
LOOKED_AT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    act: Act
    changes: int
    subject: str
    url: str
    may_undo: bool


@dataclass(frozen=True, slots=True)
class Part:
    """``next``: the position to go on before; None at the end."""

    entries: list[Entry]
    next: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """``who``: a user's id, ``system`` or ``visitor``; ``verb``: its code; ``row``: (table code, id) of a record."""

    who: str = ""
    verb: str = ""
    row: tuple[int, int] | None = None


def acts_for(actor: Principal, wanted: Wanted, *, before: int | None = None, limit: int = PART) -> Part:
    """The acts the actor may know of, at most ``limit``, those before the position ``before``."""
    found: list[Act] = []
    acts = _wanted(wanted)
    for _ in range(max(1, LOOKED_AT // limit)):
        chunk = list((acts.filter(position__lt=before) if before else acts)[: limit + 1])
        mine = acts_seen(actor, chunk)
        for act in chunk[:limit]:
            before = act.position
            found += [act] if act.pk in mine else []
            if len(found) == limit:
                return Part(_entries(found, actor), before if act != chunk[-1] else None)
        if len(chunk) <= limit:
            return Part(_entries(found, actor), None)
    return Part(_entries(found, actor), before)


def _wanted(wanted: Wanted) -> "QuerySet[Act]":
    acts = Act.objects.filter(position__isnull=False, part_of=None).order_by("-position")
    if wanted.who.isdecimal():
        acts = acts.filter(actor_kind__in=["user", "token"], actor_id=int(wanted.who[:18]))
    elif wanted.who:
        acts = acts.filter(actor_kind=wanted.who)
    if wanted.verb:
        acts = acts.filter(verb=wanted.verb)
    if wanted.row:
        code, row_id = wanted.row
        touched = Change.objects.filter(tbl=code, row_id=row_id)
        by_itself, by_a_part = touched.filter(act=OuterRef("pk")), touched.filter(act__part_of=OuterRef("pk"))
        acts = acts.filter(Q(subject_tbl=code, subject_id=row_id) | Exists(by_itself) | Exists(by_a_part))
    return acts


def _entries(acts: list[Act], actor: Principal) -> list[Entry]:
    counts = counts_of(act.pk for act in acts)
    subjects, theirs = subjects_of(acts, actor), may_ask(actor, acts)
    return [
        Entry(
            act,
            counts.get(act.pk, 0),
            *subjects.get(act.pk, ("", "")),
            may_undo=act.undone_by_id is None and act.pk in theirs,
        )
        for act in acts
    ]
