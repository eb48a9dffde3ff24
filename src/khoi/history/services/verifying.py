"""Proving that the history is whole: every link, every change, and the triggers that write them."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import F

from khoi.history.models import Act, Change, Head
from khoi.history.rules.chain import GENESIS, link, seal_of
from khoi.history.services.recording import strays
from khoi.history.services.sealing import LEAF, act_fields


@dataclass(frozen=True, slots=True)
class Verified:
    """``first_bad`` is the id of the first act whose link does not hold, or None when the fault lies
    outside any act; ``reason`` is a code: altered, reordered, cut_off, orphan_change, trigger."""

    ok: bool
    acts: int
    first_bad: int | str | None
    reason: str | None = None


def verify() -> Verified:
    if names := strays(connection):
        return Verified(False, Act.objects.count(), names[0], "trigger")
    if (orphan := _orphan()) is not None:
        return Verified(False, Act.objects.count(), orphan, "orphan_change")
    return _walk()


def _orphan() -> int | None:
    """A change whose act is missing or was never sealed: somebody wrote beside us."""
    sealed = Act.objects.filter(position__isnull=False).values("pk")
    return Change.objects.exclude(act_id__in=sealed).order_by("id").values_list("act_id", flat=True).first()


def _walk() -> Verified:
    chain, position, checked = GENESIS, 0, 0
    changes = _Changes()
    for act in Act.objects.filter(position__isnull=False).order_by("position").iterator(chunk_size=2_000):
        position += 1
        digest = seal_of(changes.of(act.pk))
        if act.position != position:
            return Verified(False, checked, act.pk, "reordered")
        chain = link(chain, act_fields(act), digest)
        if digest != bytes(act.seal or b"") or chain != bytes(act.chain or b""):
            return Verified(False, checked, act.pk, "altered")
        checked += 1
    head = Head.objects.filter(pk=1).first()
    if head is not None and (head.position != position or bytes(head.chain) != chain):
        return Verified(False, checked, head.position, "cut_off")
    return Verified(True, checked, None)


class _Changes:
    """All changes in one pass, act by act in the order of the chain: no query per act."""

    def __init__(self) -> None:
        rows = Change.objects.order_by(F("act__position"), "id").values_list("act_id", *LEAF)
        self._rows = rows.iterator(chunk_size=5_000)
        self._next = next(self._rows, None)

    def of(self, act_id: int) -> list[tuple[object, ...]]:
        found = []
        while self._next is not None and self._next[0] == act_id:
            found.append(tuple(bytes(v) if isinstance(v, memoryview) else v for v in self._next[1:]))
            self._next = next(self._rows, None)
        return found
