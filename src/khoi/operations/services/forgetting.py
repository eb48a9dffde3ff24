"""What may go when its time is over."""

from datetime import datetime

from khoi.team.models import Session


def forget_log_ins(*, now: datetime) -> int:
    """Sessions of browsers that ran out; the number of them."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]
