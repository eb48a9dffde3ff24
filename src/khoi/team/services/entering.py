"""Logging in, and how often one may try."""

from datetime import datetime
from hashlib import sha256

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import F

from khoi.team.models import Attempts, Session, Ticket, User
from khoi.team.rules import LIMITS


class TooMany(Exception):
    """This door was tried too often; it opens again ``seconds`` from now at the latest."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def log_in(*, email: str, password: str, ip: str, now: datetime) -> User | None:
    """The active user behind address and password, or None. Takes the same work for an unknown address.

    Counted per address and sender, per sender and per address; raises ``TooMany`` alike for known and unknown.
    """
    address = email.strip().lower()[:320]
    count_attempt("log_in", f"{address} {ip}", now=now)
    count_attempt("log_in_from", ip, now=now)
    count_attempt("log_in_as", address, now=now)
    user = User.objects.filter(email=address).first()
    if user is None:
        make_password(password)
        return None
    if not user.check_password(password) or not user.is_active:
        return None
    Attempts.objects.filter(door=_door("log_in", f"{address} {ip}")).delete()
    return user


def count_attempt(kind: str, who: str, *, now: datetime) -> None:
    """One more try at a door; raises ``TooMany`` past its limit. Tries are counted before they are judged,
    so that a hundred at once get no further than a hundred in turn."""
    limit = LIMITS[kind]
    door = _door(kind, who)
    Attempts.objects.filter(door=door, since__lte=now - limit.window).update(count=0, since=now)
    if not Attempts.objects.filter(door=door).update(count=F("count") + 1):
        _first(door, now)
    counted = Attempts.objects.filter(door=door).values_list("count", "since").first()
    if counted is not None and counted[0] > limit.times:
        left = (counted[1] + limit.window - now).total_seconds()
        raise TooMany(max(1, int(left)))


def forget_expired(*, now: datetime) -> None:
    """Take out sessions, one-time links and counters whose time is over."""
    longest = max(limit.window for limit in LIMITS.values())
    Attempts.objects.filter(since__lt=now - longest).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    Ticket.objects.filter(expires_at__lt=now).delete()


def _first(door: str, now: datetime) -> None:
    try:
        with transaction.atomic():
            Attempts.objects.create(door=door, count=1, since=now)
    except IntegrityError:
        Attempts.objects.filter(door=door).update(count=F("count") + 1)


def _door(kind: str, who: str) -> str:
    return sha256(f"{kind} {who}".encode()).hexdigest()
