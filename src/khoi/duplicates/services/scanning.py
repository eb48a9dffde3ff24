"""A scan is asked for, claimed by a job, looks through everybody, and keeps the pairs it found."""

import contextlib
import logging
from collections.abc import Collection
from datetime import datetime
from time import monotonic

from django.db import transaction

from khoi.duplicates.models import FoundPair, Scan, ScanState
from khoi.duplicates.queries import Progress, find_pairs, is_installed
from khoi.duplicates.queries.everybody import Found
from khoi.duplicates.services.claiming import EVERY, Clock, claim, finish, is_silent
from khoi.history.queries.lives import chunks
from khoi.history.rules.actors import Actor
from khoi.kit.db.writing import insert_rows
from khoi.kit.jobs import wake
from khoi.kit.refusals import Refusal
from khoi.people.models import Person

logger = logging.getLogger("khoi.duplicates")


def start_scan(*, by: Actor, now: datetime) -> Scan:
    """Let the next free job look through everybody. While one waits or runs, that is the one. Raises ``Refusal``
    without the extra."""
    if not is_installed():
        raise Refusal("match_not_installed")
    for scan in Scan.objects.filter(state__in=[ScanState.WAITING, ScanState.RUNNING]).order_by("-pk"):
        if scan.state == ScanState.WAITING or not is_silent(scan, now):
            return scan  # type: ignore[no-any-return]
    made: Scan = Scan.objects.create(by_id=by.id, asked_at=now)
    wake()
    return made


def scan_now(*, by: Actor, clock: Clock, progress: Progress) -> Scan:
    """In this process; raises what stopped it."""
    now = clock()
    scan: Scan = Scan.objects.create(by_id=by.id, asked_at=now, state=ScanState.RUNNING, started_at=now, seen_at=now)
    return _run(scan, clock, progress)


def scan_next(*, clock: Clock) -> bool:
    """Claim one waiting scan and run it; False when there is none. Any number of processes may ask."""
    scan = claim(Scan, clock())
    if scan is None:
        return False
    try:
        _run(scan, clock, lambda step, done, total: None)
    except Exception as problem:
        if not isinstance(problem, Refusal):
            logger.exception("scan %s failed", scan.public_id)
    return True


def _run(scan: Scan, clock: Clock, progress: Progress) -> Scan:
    try:
        sign = _Sign(scan, clock, progress)
        people, found = find_pairs(progress=sign)
        sign("keep", 0, len(found))
        counts = {"people": people, **_keep(found)}
    except BaseException as problem:
        with contextlib.suppress(Exception):
            code = problem.code if isinstance(problem, Refusal) else "fault"
            finish(scan, clock(), state=ScanState.FAILED, error=code, step="")
        raise
    finish(scan, clock(), state=ScanState.DONE, counts=counts, step="")
    return scan


class _Sign:
    """Tells whoever watches how far it is: in the row, for the pages, and to the caller."""

    def __init__(self, scan: Scan, clock: Clock, progress: Progress) -> None:
        self.scan, self.clock, self.progress = scan, clock, progress
        self.step, self.next = "", 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        self.progress(step, done, total)
        if step != self.step or monotonic() >= self.next:
            self.step, self.next = step, monotonic() + EVERY
            Scan.objects.filter(pk=self.scan.pk).update(step=step, done=done, total=total, seen_at=self.clock())


def _keep(found: Collection[Found]) -> dict[str, int]:
    """The pairs of the last scan are these. A pair that stands already is not written again; nobody is in one who was
    merged or erased meanwhile."""
    with transaction.atomic():
        stored = {
            (first, second): (pk, tuple(reasons), sure, cluster)
            for pk, first, second, reasons, sure, cluster in FoundPair.objects.values_list(
                "pk", "first_id", "second_id", "reasons", "sure", "cluster"
            )
        }
        live = _live({one for pair in found for one in (pair.first, pair.second)})
        wanted = {(one.first, one.second): one for one in found if one.first in live and one.second in live}
        same = {
            pair
            for pair, one in wanted.items()
            if pair in stored and stored[pair][1:] == (one.reasons, one.sure, one.cluster)
        }
        gone = [row[0] for pair, row in stored.items() if pair not in same]
        for part in chunks(gone):
            FoundPair.objects.filter(pk__in=part).delete()
        insert_rows([_row(one) for pair, one in wanted.items() if pair not in same])
    groups = {one.cluster for one in wanted.values() if one.cluster is not None}
    return {
        "pairs": len(wanted),
        "groups": len(groups),
        "new": len(wanted.keys() - stored.keys()),
        "gone": len(stored.keys() - wanted.keys()),
    }


def _live(people: Collection[int]) -> set[int]:
    found: set[int] = set()
    for part in chunks(people):
        found |= set(Person.objects.live().filter(pk__in=part, erased_at=None).values_list("pk", flat=True))
    return found


def _row(one: Found) -> FoundPair:
    return FoundPair(
        first_id=one.first, second_id=one.second, reasons=list(one.reasons), sure=one.sure, cluster=one.cluster
    )
