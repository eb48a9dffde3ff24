"""Mail, later."""

from datetime import datetime

from django.utils import timezone

from khoi.outbox import services as outbox

A_ROUND = 100


def send_due(now: datetime | None = None) -> bool:
    """Send what is due; True when there may be more.
    Claims its rows, so any number of processes may run it."""
    return outbox.send_due(now=now or timezone.now(), limit=A_ROUND) == A_ROUND


def forget_sent(now: datetime | None = None) -> None:
    """Once a day."""
    outbox.forget_sent(now=now or timezone.now())
