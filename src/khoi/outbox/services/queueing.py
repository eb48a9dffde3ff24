"""Into the outbox, and what a person decides about a mail that lies there."""

from datetime import datetime
from typing import Final
from unicodedata import category
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings

from khoi.history.rules.actors import Actor
from khoi.kit import jobs
from khoi.kit.emails import normalise_email
from khoi.kit.refusals import Refusal
from khoi.outbox.models import Mail, State
from khoi.outbox.rules import KEPT_FOR

LONGEST_SUBJECT: Final = 200
#: What no line of text holds: control signs, line and paragraph separators, halves of a letter.
NO_LINE: Final = frozenset({"Cc", "Zl", "Zp", "Cs"})
#: How an encoded word begins (RFC 2047). Python decodes one that stands in a header it is given, line ends included.
ENCODED: Final = "=?"


def queue_mail(*, kind: str, to: str, subject: str, text: str, html: str = "", now: datetime) -> Mail:
    """One mail to one recipient, sent after the caller's transaction is committed and never before.

    ``kind`` is a code of what it is for. Raises ``Refusal``: ``not_an_email`` for anything but one plain
    address, ``not_one_line`` for a line end or control sign in the subject or NUL in the text (refused, not
    stripped), ``too_long``.
    """
    address = envelope_address(to)
    check_subject(subject)
    if any(sign == "\0" or category(sign) == "Cs" for sign in text + html):
        raise Refusal("not_one_line", "text")
    public_id = uuid4()
    mail = Mail.objects.create(
        public_id=public_id,
        message_id=f"<{public_id.hex}@{urlsplit(settings.BASE_URL).hostname}>",
        kind=kind,
        to=address,
        subject=subject,
        text=text,
        html=html,
        queued_at=now,
        not_before=now,
    )
    jobs.wake()
    return mail


def check_subject(subject: str) -> None:
    """Raises ``Refusal`` for what would not stay one header."""
    if any(category(sign) in NO_LINE for sign in subject) or ENCODED in subject:
        raise Refusal("not_one_line", "subject")
    if len(subject) > LONGEST_SUBJECT:
        raise Refusal("too_long", "subject", limit=LONGEST_SUBJECT)


def envelope_address(to: str) -> str:
    """The envelope address. Only ASCII: what needs SMTPUTF8 would be refused half-way by many servers."""
    found = normalise_email(to)
    if found is None or not found.isascii() or ENCODED in found:
        raise Refusal("not_an_email", "to", value=to.strip())
    return found


def release_mail(mail: Mail, *, by: Actor, now: datetime) -> None:
    """Somebody has decided that a held or given-up mail goes out (again), under its old Message-ID.

    Raises ``Refusal("not_waiting")`` when it is not in doubt (any more).
    """
    waiting = Mail.objects.filter(pk=mail.pk, state__in=[State.HELD, State.FAILED])
    note = f"released by {by.label}"
    if not waiting.update(state=State.QUEUED, not_before=now, attempts=0, claim=None, error=note):
        raise Refusal("not_waiting")
    jobs.wake()


def drop_mail(mail: Mail, *, by: Actor, now: datetime) -> None:
    """Somebody has decided that a waiting, held or given-up mail is not sent. Its text goes, the row stays.

    Raises ``Refusal("not_waiting")`` when it is being sent or has left.
    """
    waiting = Mail.objects.filter(pk=mail.pk, state__in=[State.QUEUED, State.HELD, State.FAILED])
    note = f"dropped by {by.label} at {now:%Y-%m-%d %H:%M} UTC"
    if not waiting.update(state=State.DROPPED, claim=None, text="", html="", error=note):
        raise Refusal("not_waiting")


def forget_sent(*, now: datetime) -> int:
    """Take out rows of mails that left, or were dropped, long ago; how many."""
    over = Mail.objects.filter(state__in=[State.SENT, State.DROPPED], queued_at__lt=now - KEPT_FOR)
    return over.delete()[0]
