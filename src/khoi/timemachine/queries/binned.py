"""What was deleted and can be brought back, latest first, a part at a time."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Count

from khoi.history.models import Act, Change
from khoi.kit.fold import words
from khoi.team.rules import Principal
from khoi.timemachine.queries.gone import Names, names_in
from khoi.timemachine.queries.rights import DELETED
from khoi.timemachine.queries.sight import acts_seen, may_take_back

PART: Final = 50
#: Deletions looked at for one part when names are asked for, or somebody sees few of them.
LOOKED_AT: Final = 2_000
#: Names of one deletion that are written out.
NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Binned:
    """``kind``: the table of what was deleted. ``names``: the first few the actor would see; ``others``: how many
    records more.
    ``rows``: everything that went along, the records included."""

    act: Act
    kind: str
    names: tuple[str, ...]
    others: int
    rows: int
    may_restore: bool


@dataclass(frozen=True, slots=True)
class Part:
    """``next``: the position to go on before; None at the end."""

    entries: list[Binned]
    next: int | None


def binned_for(actor: Principal, *, q: str = "", before: int | None = None, limit: int = PART) -> Part:
    """Deletions that stand and that the actor may know of; with ``q`` those of which one name has all its words."""
    acts = Act.objects.filter(verb__in=DELETED, undone_by=None, is_undo=False, position__isnull=False)
    acts = acts.order_by("-position")
    found: list[tuple[Act, Names]] = []
    for _ in range(max(1, LOOKED_AT // limit)):
        chunk = list((acts.filter(position__lt=before) if before else acts)[: limit + 1])
        named = _named(actor, chunk[:limit], q)
        for act in chunk[:limit]:
            before = act.position
            found += [(act, named[act.pk])] if act.pk in named else []
            if len(found) == limit:
                return Part(_entries(found, actor), before if act != chunk[-1] else None)
        if len(chunk) <= limit:
            return Part(_entries(found, actor), None)
    return Part(_entries(found, actor), before)


def _named(actor: Principal, acts: list[Act], q: str) -> dict[int, Names]:
    """Act id → names, of those the actor may know of and that are asked for."""
    seen = acts_seen(actor, acts)
    names = names_in([act for act in acts if act.pk in seen], actor)
    asked = words(q)
    told = {pk: names.get(pk, Names([], 0)) for pk in seen}
    return {pk: those for pk, those in told.items() if not asked or any(_has(name, asked) for name in those.names)}


def _has(name: str, asked: tuple[str, ...]) -> bool:
    mine = words(name)
    return all(any(word.startswith(one) for word in mine) for one in asked)


def _entries(found: list[tuple[Act, Names]], actor: Principal) -> list[Binned]:
    counted = Change.objects.filter(act__in=[act for act, _ in found], op="d").order_by().values("act")
    rows = dict(counted.annotate(n=Count("id")).values_list("act", "n"))
    return [
        Binned(
            act=act,
            kind=DELETED[act.verb]._meta.db_table,
            names=tuple(those.names[:NAMED]),
            others=max(0, len(those.names) - NAMED) + those.hidden,
            rows=rows.get(act.pk, 0),
            may_restore=not those.hidden and may_take_back(actor, act),
        )
        for act, those in found
    ]
