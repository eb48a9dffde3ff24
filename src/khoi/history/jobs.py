"""Housekeeping of what only serves for a while."""

from datetime import datetime

from django.utils import timezone

from khoi.history import services as history


def forget_answers(now: datetime | None = None) -> None:
    """Once a day."""
    history.forget_answers(now=now or timezone.now())
