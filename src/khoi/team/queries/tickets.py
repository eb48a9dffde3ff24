"""One-time links that are still good."""

from datetime import datetime
from hashlib import sha256

from khoi.team.models import Ticket, User


def live_ticket(secret: str, *, now: datetime) -> Ticket | None:
    """The unused ticket behind the secret of a link, of an active user whose password is still the same."""
    digest = sha256(secret.encode()).hexdigest()
    found = Ticket.objects.filter(digest=digest, used_at=None, expires_at__gt=now, user__is_active=True)
    ticket = found.select_related("user").first()
    if ticket is None or ticket.password_mark != password_mark(ticket.user):
        return None
    return ticket


def password_mark(user: User) -> str:
    """What changes with the password and tells nothing of it."""
    return sha256(user.password.encode()).hexdigest()
