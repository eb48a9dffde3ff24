"""One-time links: 256 random bits, of which only the digest is kept."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.urls import reverse

from khoi.team.models import Ticket, User
from khoi.team.queries import password_mark

LIFE: Final = {Ticket.INVITATION: timedelta(days=7), Ticket.RESET: timedelta(minutes=30)}


def make_ticket(user: User, *, kind: str, now: datetime) -> str:
    """The secret of a new ticket, known to nobody but the caller."""
    secret = secrets.token_urlsafe(32)
    Ticket.objects.create(
        kind=kind,
        user=user,
        digest=sha256(secret.encode()).hexdigest(),
        password_mark=password_mark(user),
        expires_at=now + LIFE[kind],
    )
    return secret


def link_of(secret: str) -> str:
    """The absolute link, built from the configured address alone: a request's Host header has no say in it."""
    return settings.BASE_URL + reverse("team:welcome", args=[secret])


def invitation_link(user: User, *, now: datetime) -> str:
    """A link with which the user sets their first password; for the command line, which shows it once."""
    return link_of(make_ticket(user, kind=Ticket.INVITATION, now=now))
