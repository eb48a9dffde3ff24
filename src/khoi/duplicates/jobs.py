"""What looking through everybody does later."""

from django.utils import timezone

from khoi.duplicates import services


def scan_waiting() -> bool:
    """Look through everybody when somebody asked for it; True when there may be another. Claims its scan."""
    return services.scan_next(clock=timezone.now)
