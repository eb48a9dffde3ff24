"""Setting a password: by an invitation, after a reset, or from the profile."""

from datetime import datetime
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit import jobs
from khoi.kit.emails import normalise_email
from khoi.kit.refusals import Refusal
from khoi.outbox import services as outbox
from khoi.team.models import Forgotten, Session, Ticket, User
from khoi.team.queries import live_ticket, mail_text, principal_of
from khoi.team.services.entering import TooMany, count_attempt
from khoi.team.services.tickets import LIFE, link_of, make_ticket

LONGEST: Final = 1_000  # letters; a longer one would only keep the hasher busy


def check_strength(password: str, user: User) -> None:
    """Raises ``Refusal("weak_password")`` with the reasons in the active language."""
    if len(password) > LONGEST:
        raise Refusal("too_long", "password", limit=LONGEST)
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise Refusal("weak_password", "password", value=" ".join(weak.messages)) from weak


def set_password(user: User, *, password: str, by: Actor, now: datetime) -> User:
    """A new password ends every session and every one-time link of the user; tokens go on."""
    check_strength(password, user)
    with history.act("set_password", by=by, now=now, subject=user):
        user.set_password(password)
        user.password_set_at = now
        user.save(update_fields=["password", "password_set_at"])
        Session.objects.filter(user_id=user.pk).delete()
        Ticket.objects.filter(user=user).delete()
    return user


def change_password(user: User, *, present: str, password: str, by: Actor, now: datetime) -> User:
    """From one's own profile. Raises ``Refusal("wrong_password")``; ``TooMany`` after ten wrong ones."""
    count_attempt("change_password", str(user.pk), now=now)
    if not user.check_password(present):
        raise Refusal("wrong_password", "present")
    return set_password(user, password=password, by=by, now=now)


def use_ticket(secret: str, *, password: str, now: datetime) -> User:
    """Set the password the one-time link was for. Of two at once exactly one wins.

    Raises ``Refusal``: ``link_is_void`` (unknown, used, too old, the password has changed since, the user is
    not active), ``weak_password`` (the link stays good).
    """
    ticket = live_ticket(secret, now=now)
    if ticket is None:
        raise Refusal("link_is_void")
    user = ticket.user
    check_strength(password, user)
    with history.act("set_password", by=principal_of(user, via="web"), now=now, subject=user):
        ours = Ticket.objects.filter(pk=ticket.pk, used_at=None, expires_at__gt=now, user__is_active=True)
        if not ours.update(used_at=now):
            raise Refusal("link_is_void")
        return set_password(user, password=password, by=principal_of(user, via="web"), now=now)


def ask_for_reset(*, email: str, ip: str, now: datetime) -> None:
    """Note that somebody forgot a password. The same work whether the address is known, unknown or asked
    too often; a job looks it up afterwards and writes to whom it may concern."""
    address = normalise_email(email) or ""
    try:
        count_attempt("forgotten", f"{address} {ip}", now=now)
        count_attempt("forgotten_from", ip, now=now)
    except TooMany:
        address = ""
    Forgotten.objects.create(email=address, asked_at=now)
    jobs.wake()


def answer_forgotten(*, now: datetime) -> int:
    """Write to those who asked and whom we know; how many mails. The question goes with its mail."""
    written = 0
    for asked in Forgotten.objects.order_by("pk")[:100]:
        with transaction.atomic():
            if not Forgotten.objects.filter(pk=asked.pk).delete()[0]:
                continue
            user = User.objects.filter(email=asked.email, is_active=True).first()
            if user is not None:
                _mail_reset(user, now)
                written += 1
    return written


def _mail_reset(user: User, now: datetime) -> None:
    """Who never set a password gets a link good for as long as an invitation."""
    kind = Ticket.RESET if user.password_set_at else Ticket.INVITATION
    life = LIFE[kind]
    link = link_of(make_ticket(user, kind=kind, now=now))
    words = mail_text(user, "reset", link=link, minutes=int(life.total_seconds() // 60), days=life.days)
    outbox.queue_mail(kind="reset", to=user.email, subject=words.subject, text=words.text, now=now)
