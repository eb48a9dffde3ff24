"""What the doors in do later."""

from django.utils import timezone

from khoi.capture.services import importing


def import_waiting() -> bool:
    """Take in the next file somebody started; True when there may be another. Claims its run."""
    return importing.import_next(clock=timezone.now)


def forget_imports() -> None:
    """Once a day: uploads nobody came back for, and rejected rows after a month."""
    importing.forget_runs(now=timezone.now())
