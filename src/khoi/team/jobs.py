"""What is done about people later."""

from datetime import datetime

from django.utils import timezone

from khoi.team import services as team


def answer_forgotten(now: datetime | None = None) -> bool:
    """Write to those who asked for a new password; True when there may be more. Claims its rows."""
    return team.answer_forgotten(now=now or timezone.now()) > 0


def forget_expired(now: datetime | None = None) -> None:
    """Once a day: sessions, one-time links and counters whose time is over."""
    team.forget_expired(now=now or timezone.now())
