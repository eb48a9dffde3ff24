"""Groups are merged: a few at once, many by a job that says how far it is and goes on where its process died."""

import contextlib
import logging
from collections.abc import Collection, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, Final

from khoi.duplicates.models import MergeRun, ScanState
from khoi.duplicates.services.claiming import EVERY, Clock, claim, finish
from khoi.history.models import Act
from khoi.history.queries.lives import chunks
from khoi.kit.jobs import wake
from khoi.people import services as people
from khoi.people.models import Person
from khoi.team.queries import Forbidden, authorize, principal_of
from khoi.team.rules import Principal

logger = logging.getLogger("khoi.duplicates")

MERGE: Final = "person.merge"
#: So many groups are merged while one waits; more are left to a job.
FEW: Final = 10

Groups = Sequence[Sequence[int]]


def merge_groups(groups: Groups, *, by: Principal, now: datetime, clock: Clock) -> MergeRun:
    """A few are merged when this returns, of more a job sees to it. Of each group those whom ``by`` may not see, or who
    are not there any more, stay as they are."""
    run: MergeRun = MergeRun.objects.create(by_id=by.id, asked_at=now, groups=_plain(groups), total=len(groups))
    if len(groups) > FEW:
        wake()
        return run
    return _run(run, by, clock)


def merge_now(groups: Groups, *, by: Principal, clock: Clock, progress: people.Progress) -> MergeRun:
    """In this process, however many; raises what stopped it."""
    now = clock()
    run: MergeRun = MergeRun.objects.create(
        by_id=by.id, asked_at=now, started_at=now, seen_at=now, state=ScanState.RUNNING, groups=_plain(groups),
        total=len(groups),
    )  # fmt: skip
    return _run(run, by, clock, progress)


def merge_next(*, clock: Clock) -> bool:
    """Claim groups that wait to be merged; False when there are none. With the rights that who asked has today."""
    run = claim(MergeRun, clock())
    if run is None:
        return False
    try:
        if run.by is None or not run.by.is_active:
            finish(run, clock(), state=ScanState.FAILED, error="forbidden")
            return True
        _run(run, principal_of(run.by, via="web"), clock)
    except Exception as problem:
        if not isinstance(problem, Forbidden):
            logger.exception("merging %s failed", run.public_id)
    return True


def _plain(groups: Groups) -> list[list[int]]:
    return [list(ids) for ids in groups]


def _run(run: MergeRun, by: Principal, clock: Clock, progress: people.Progress = lambda done, so_far: None) -> MergeRun:
    key = f"merge-{run.public_id}"
    sign = _Sign(run, clock, progress)
    try:
        authorize(by, MERGE)
        seen = _seen(by, {pk for ids in run.groups for pk in ids})
        groups = [[pk for pk in ids if pk in seen] for ids in run.groups]
        begun = Act.objects.filter(key=key).first()
        done = people.merge_many(groups, by=by, clock=clock, key=key, whole=begun, progress=sign)
    except BaseException as problem:
        with contextlib.suppress(Exception):
            code = "forbidden" if isinstance(problem, Forbidden) else "fault"
            finish(run, clock(), state=ScanState.FAILED, error=code)
        raise
    finish(run, clock(), state=ScanState.DONE, done=len(groups), **_told(done))
    return run


def _told(done: people.MergedMany) -> dict[str, Any]:
    return {
        "act_id": None if done.whole is None else done.whole.pk,
        "counts": {"merged": done.merged, "groups": done.groups},
        "left": [[one.survivor, one.other, one.why] for one in done.left],
    }


def _seen(by: Principal, ids: Collection[int]) -> set[int]:
    """Whoever was merged meanwhile is let through: what becomes of them is said when they are held."""
    found: set[int] = set()
    for part in chunks(ids):
        found |= set(Person.objects.known_to(by).filter(pk__in=part).values_list("pk", flat=True))
    return found


class _Sign:
    """Tells whoever watches how far it is: in the row, for the pages, and to the caller."""

    def __init__(self, run: MergeRun, clock: Clock, progress: people.Progress) -> None:
        self.run, self.clock, self.progress, self.next = run, clock, progress, 0.0

    def __call__(self, done: int, so_far: people.MergedMany) -> None:
        self.progress(done, so_far)
        if monotonic() >= self.next:
            self.next = monotonic() + EVERY
            MergeRun.objects.filter(pk=self.run.pk).update(done=done, seen_at=self.clock(), **_told(so_far))
