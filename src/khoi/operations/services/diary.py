"""Which process runs a recurring job, and how the last run went, in the database that all of them share."""

from datetime import datetime, timedelta
from typing import Any, Final

from khoi.kit.jobs import Every
from khoi.operations.models import JobRun

#: A new installation rests before its first nightly work.
FIRST_REST: Final = timedelta(minutes=5)
#: A run that was killed is tried again after this long.
LEASE: Final = timedelta(hours=1)
#: Jobs that run every few seconds are noted this often.
NOTE_EVERY: Final = timedelta(minutes=1)


class DatabaseDiary:
    """One per process. Claims by conditional UPDATE, so two processes never run the same period."""

    def __init__(self) -> None:
        self._noted: dict[str, tuple[datetime, str]] = {}

    def claim(self, entry: Every, *, now: datetime) -> bool:
        period = timedelta(seconds=entry.seconds)
        if not JobRun.objects.filter(name=entry.name).exists():
            first = {"due_at": now + min(period, FIRST_REST)}
            JobRun.objects.get_or_create(name=entry.name, defaults=first)
        due = JobRun.objects.filter(name=entry.name, due_at__lte=now)
        return due.exists() and due.update(due_at=now + min(period, LEASE), started_at=now) == 1

    def note(
        self, entry: Every, *, started_at: datetime, finished_at: datetime, problem: str, again_at: datetime
    ) -> None:
        if entry.prompt and not self._is_news(entry.name, finished_at, problem):
            return
        self._noted[entry.name] = (finished_at, problem)
        run = {"started_at": started_at, "finished_at": finished_at, "problem": problem, "due_at": again_at}
        JobRun.objects.update_or_create(name=entry.name, defaults=run)

    def _is_news(self, name: str, finished_at: datetime, problem: str) -> bool:
        last_at, last_problem = self._noted.get(name, (None, ""))
        return last_at is None or problem != last_problem or finished_at - last_at >= NOTE_EVERY


def note_check(name: str, detail: dict[str, Any], *, now: datetime) -> None:
    """Keep what a check found, beside the run of the job of that name."""
    found = {"detail": detail}
    JobRun.objects.update_or_create(name=name, defaults=found, create_defaults=found | {"due_at": now})
