"""What looking through everybody, and merging many, does later."""

from django.utils import timezone

from khoi.duplicates import services


def scan_waiting() -> bool:
    """Look through everybody when somebody asked for it; True when there may be another. Claims its scan."""
    return services.scan_next(clock=timezone.now)


def merge_waiting() -> bool:
    """Merge the groups that somebody chose; True when there may be more. Claims its run."""
    return services.merge_next(clock=timezone.now)
