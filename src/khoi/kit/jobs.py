"""Work that happens later: one thread that goes round a short list.

There is no queue beside the tables. A row that must be worked on carries its state and is claimed by a
conditional UPDATE, so it survives a crash and any number of processes; an entry of the list looks for such
rows and works on them. ``wake()`` makes it look at once instead of at its next turn.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from django.db import close_old_connections, connections, transaction

from khoi.kit.db.full import is_full

logger = logging.getLogger("khoi.jobs")

FIRST_PAUSE: Final = 5  # seconds before a failed entry is tried again; doubles with every failure
LONGEST_PAUSE: Final = 3600
#: Entries claimed in the database are looked for this often, so that another process's clock is no concern.
LOOK_EVERY: Final = 60

_woken = threading.Event()


@dataclass(frozen=True, slots=True)
class Every:
    """Call ``function`` every so many seconds, for as long as it returns True also at once again.

    ``prompt``: the function claims its rows itself, so it may run in several processes at a time, and it
    also runs when ``wake()`` was called. Without it, one process per period runs the function.
    """

    seconds: float
    function: Callable[[], object]
    prompt: bool = False

    @property
    def name(self) -> str:
        """``outbox.jobs.send_mail``"""
        return f"{self.function.__module__}.{self.function.__qualname__}".removeprefix("khoi.")


class Diary(Protocol):
    """Where entries are claimed and their runs noted."""

    def claim(self, entry: Every, *, now: datetime) -> bool:
        """Whether the entry is due and now this process's to run."""

    def note(
        self, entry: Every, *, started_at: datetime, finished_at: datetime, problem: str, again_at: datetime
    ) -> None:
        """What came of a run; it is due again at ``again_at``."""


def wake() -> None:
    """Once the open transaction is committed, let the prompt entries of this process run at once."""
    transaction.on_commit(_woken.set)


@dataclass(slots=True)
class _Turn:
    entry: Every
    due: datetime
    failures: int = 0


class Runner:
    """Goes round the entries until ``stop()``. A failing entry is logged and tried again later, ever later."""

    def __init__(self, entries: Sequence[Every], diary: Diary, clock: Callable[[], datetime] | None = None) -> None:
        self._clock = clock or _utc_now
        self._diary = diary
        self._turns = [_Turn(entry, self._clock()) for entry in entries]
        self._stopping = False

    def run(self) -> None:
        """Until ``stop()`` is called from another thread; the entry at work is finished first."""
        try:
            while not self._stopping:
                if _woken.is_set():
                    _woken.clear()
                    self._bring_forward()
                self.run_due()
                _woken.wait(self._seconds_to_wait())
        finally:
            connections.close_all()

    def stop(self) -> None:
        self._stopping = True
        _woken.set()

    def run_due(self) -> int:
        """Run what is due, each entry at most once; the number of entries that failed."""
        due = [turn for turn in self._turns if turn.due <= self._clock()]
        return sum(not self._run(turn) for turn in due if not self._stopping)

    def run_all(self) -> int:
        """Run until nothing is due any more; the number of entries that failed on the way."""
        failed, now = 0, self._clock()
        while not self._stopping and any(turn.due <= now for turn in self._turns):
            failed += self.run_due()
        return failed

    def _run(self, turn: _Turn) -> bool:
        entry, started_at = turn.entry, self._clock()
        close_old_connections()
        try:
            if not entry.prompt and not self._diary.claim(entry, now=started_at):
                turn.due = started_at + timedelta(seconds=min(entry.seconds, LOOK_EVERY))
                return True
            more = entry.function() is True
        except Exception as problem:  # noqa: BLE001 - logged, and tried again
            pause = min(FIRST_PAUSE * 2**turn.failures, LONGEST_PAUSE)
            _log(problem, f"{entry.name} failed; it is tried again in {pause} s")
            self._put_off(turn, started_at, problem, pause)
            return False
        turn.failures = 0
        turn.due = started_at if more else started_at + timedelta(seconds=entry.seconds)
        self._note(turn, started_at, "")
        return True

    def _put_off(self, turn: _Turn, started_at: datetime, problem: Exception, pause: int) -> None:
        turn.failures = min(turn.failures + 1, 20)
        turn.due = self._clock() + timedelta(seconds=pause)
        self._note(turn, started_at, f"{type(problem).__name__}: {problem}")

    def _note(self, turn: _Turn, started_at: datetime, problem: str) -> None:
        """The diary is a convenience: when it cannot be written, the work still counts."""
        try:
            self._diary.note(
                turn.entry, started_at=started_at, finished_at=self._clock(), problem=problem, again_at=turn.due
            )
        except Exception as fault:  # noqa: BLE001 - logged
            _log(fault, f"the run of {turn.entry.name} could not be noted")

    def _bring_forward(self) -> None:
        """What was woken is due now, unless it waits after a failure."""
        for turn in self._turns:
            if turn.entry.prompt and not turn.failures:
                turn.due = self._clock()

    def _seconds_to_wait(self) -> float:
        next_due = min((turn.due for turn in self._turns), default=None)
        if next_due is None:
            return LOOK_EVERY
        return max(0.0, min((next_due - self._clock()).total_seconds(), LOOK_EVERY))


def _log(problem: Exception, says: str) -> None:
    """A full disk is said in a line, however many jobs it stops; a traceback is for what nobody expects."""
    if is_full(problem):
        logger.error("%s: %s", says, problem)
    else:
        logger.error(says, exc_info=problem)


def _utc_now() -> datetime:
    return datetime.now(UTC)
