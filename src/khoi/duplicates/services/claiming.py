"""Long work that any process may take on: claimed by a conditional update, and by another when its process died."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from khoi.duplicates.models import Run, ScanState

R = TypeVar("R", bound=Run)

#: What has given no sign of life for so long belonged to a process that died.
SILENT: Final = timedelta(minutes=10)
#: How often, in seconds, it says how far it is.
EVERY: Final = 0.5
Clock = Callable[[], datetime]


def claim(model: type[R], now: datetime) -> R | None:
    """One that waits, or whose process died; None when there is none."""
    run: R
    for run in model.objects.filter(state__in=[ScanState.WAITING, ScanState.RUNNING]).order_by("pk"):
        if run.state == ScanState.RUNNING and not is_silent(run, now):
            continue
        held = model.objects.filter(pk=run.pk, state=run.state, seen_at=run.seen_at)
        if held.update(state=ScanState.RUNNING, started_at=now, seen_at=now):
            run.state, run.started_at = ScanState.RUNNING, now
            return run
    return None


def is_silent(run: Run, now: datetime) -> bool:
    return now - (run.seen_at or run.asked_at) > SILENT


def finish(run: Run, now: datetime, **values: Any) -> None:
    for name, value in {**values, "finished_at": now}.items():
        setattr(run, name, value)
    run.save(update_fields=[*values, "finished_at"])
