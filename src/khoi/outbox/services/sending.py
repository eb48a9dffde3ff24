"""Claim, hand over, mark. Each step commits before the next begins, and the line to the server is open in between.

A crash before the claim leaves the row queued, after the mark leaves it sent; in between nobody can know, so
the row is held until a person decides. It is never sent again blindly.
"""

import logging
from datetime import UTC, datetime
from email.utils import format_datetime
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet

from khoi.outbox.channels.smtp import InDoubt, Line, Never, NotNow, server_of, write
from khoi.outbox.models import Mail, State
from khoi.outbox.rules import LOST_AFTER, wait_after

logger = logging.getLogger("khoi.outbox")


class InTransaction(RuntimeError):
    """Mail was about to be sent while a transaction is open: the server's pace would hold the database."""


def send_due(*, now: datetime, limit: int = 100) -> int:
    """Hand over what is due; how many mails were tried. Without ``SMTP_URL`` everything waits.

    Raises ``InTransaction`` when there is something to send inside an open transaction.
    """
    hold_lost(now=now)
    if not settings.SMTP_URL or not _due(now).exists():
        return 0
    if connection.in_atomic_block:
        raise InTransaction
    tried = 0
    with Line(server_of(settings.SMTP_URL)) as line:
        while tried < limit and (mail := _claim(now)) is not None:
            tried += 1
            if not _send(line, mail, now):
                break
    return tried


def hold_lost(*, now: datetime) -> int:
    """Rows claimed so long ago that their process must be gone are held; how many."""
    lost = Mail.objects.filter(state=State.SENDING, claimed_at__lt=now - LOST_AFTER)
    held = lost.update(state=State.HELD, error="the process that was sending it ended")
    if held:
        logger.warning("%s mails are held: whether they went out is not known", held)
    return held


def _due(now: datetime) -> "QuerySet[Mail]":
    return Mail.objects.filter(state=State.QUEUED, not_before__lte=now).order_by("not_before", "pk")


def _claim(now: datetime) -> Mail | None:
    """The next due mail, now ours alone; None when there is none (any more)."""
    while (mail := _due(now).first()) is not None:
        claim = uuid4()
        ours = Mail.objects.filter(pk=mail.pk, state=State.QUEUED).update(
            state=State.SENDING, claim=claim, claimed_at=now, attempts=F("attempts") + 1
        )
        if ours:
            mail.claim, mail.attempts = claim, mail.attempts + 1
            return mail
    return None


def _send(line: Line, mail: Mail, now: datetime) -> bool:
    """Whether the round may go on: False when the server itself does not answer."""
    try:
        message = write(
            message_id=mail.message_id,
            sender=settings.MAIL_FROM,
            to=mail.to,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            date=format_datetime(mail.queued_at.astimezone(UTC)),
        )
        line.hand_over(message, sender=message["From"].addresses[0].addr_spec, to=mail.to)
    except NotNow as problem:
        _put_off(mail, problem, now)
        return not problem.unreachable
    except InDoubt as problem:
        _mark(mail, state=State.HELD, error=str(problem))
    except (Never, ValueError) as problem:
        _mark(mail, state=State.FAILED, error=str(problem))
    else:
        _mark(mail, state=State.SENT, sent_at=now, text="", html="", error="")
    return True


def _put_off(mail: Mail, problem: NotNow, now: datetime) -> None:
    wait = wait_after(mail.attempts)
    if wait is None:
        _mark(mail, state=State.FAILED, error=str(problem))
    else:
        _mark(mail, state=State.QUEUED, claim=None, not_before=now + wait, error=str(problem))


def _mark(mail: Mail, **values: object) -> None:
    """Only under the claim it was sent with. A row held meanwhile is marked too: now we do know."""
    Mail.objects.filter(pk=mail.pk, claim=mail.claim, state__in=[State.SENDING, State.HELD]).update(**values)
