"""Those of whom the last scan says that they may be one person together, to be looked at."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from khoi.duplicates.models import FoundPair, MergeRun, Scan
from khoi.duplicates.rules.pairs import clusters
from khoi.people.models import Person
from khoi.team.rules import Principal

#: So many groups are shown; those that are settled make room for the next.
SHOWN: Final = 25
#: So many of the surest pairs are looked at for each group.
_PAIRS: Final = 6


@dataclass(frozen=True, slots=True)
class Group:
    """``members``: the longest known first. ``sure``, in percent, of the weakest pair; ``reasons`` of any."""

    members: tuple[Person, ...]
    sure: int
    reasons: tuple[str, ...]


def groups(actor: Principal, *, most: int = SHOWN) -> list[Group]:
    """As far as the actor sees them, the surest first, and without pairs that were told apart or merged; at most one
    more than ``most``."""
    seen = FoundPair.objects.to_review().visible_to(actor).filter(cluster__isnull=False)
    surest = seen.order_by("-sure", "id").values_list("cluster", flat=True)[: _PAIRS * (most + 1)]
    chosen = list(dict.fromkeys(surest))[: most + 1]
    held: dict[int, list[FoundPair]] = defaultdict(list)
    for pair in seen.filter(cluster__in=chosen).select_related("first", "second").order_by("-sure", "id"):
        held[pair.cluster].append(pair)
    return [group for cluster in chosen for group in _parted(held[cluster])][: most + 1]


def _parted(pairs: list[FoundPair]) -> list[Group]:
    """What was told apart since may have left more than one group."""
    chained = clusters((pair.first_id, pair.second_id) for pair in pairs)
    by_first: dict[int, list[FoundPair]] = defaultdict(list)
    for pair in pairs:
        if pair.first_id in chained:
            by_first[chained[pair.first_id]].append(pair)
    return [_group(each) for each in by_first.values()]


def _group(pairs: list[FoundPair]) -> Group:
    people = {one.pk: one for pair in pairs for one in (pair.first, pair.second)}
    reasons = dict.fromkeys(code for pair in pairs for code in pair.reasons)
    return Group(tuple(people[pk] for pk in sorted(people)), min(pair.sure for pair in pairs), tuple(reasons))


def latest_merging(by: Principal) -> MergeRun | None:
    """The last that this one asked for."""
    return MergeRun.objects.filter(by=by.id).order_by("-pk").first()


def latest_scan() -> Scan | None:
    return Scan.objects.order_by("-pk").first()
