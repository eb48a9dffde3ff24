"""One answer per request, however often it is sent.

A request that carries a key is answered once: the answer is stored in the transaction of the act, so either
both happened or neither. The same key again gets the first answer, if whoever asks may still be told it; a second
sender at the same moment waits for it, and another request under the same key is refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from khoi.history.models import Answer
from khoi.history.services.acting import turn
from khoi.history.services.rehearsing import rehearse

KEPT_FOR: Final = timedelta(days=7)

#: Refusals that the request itself earned: asked again unchanged they come again. All others (not logged in,
#: not allowed, not found, too often, broken) may be answered otherwise tomorrow and are not kept.
LASTING: Final = frozenset({409, 422})


class KeyReused(Exception):
    """The key was used for another request."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a request was answered. ``again``: this is the answer to its first sending.

    ``kept_as``: what a second sending is told instead, for an answer that is shown once and kept nowhere;
    with status 0 nothing is kept and the key is free again.
    """

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    again: bool = False
    kept_as: "Answered | None" = None


#: From the first answer, and what the request would be refused with today before it did anything (None when it
#: would come as far as its act), what its second sender is told.
Again = Callable[[Answered, Answered | None], Answered]


def answer_once(
    do: Callable[[], Answered],
    *,
    scope: str,
    key: str | None,
    fingerprint: str,
    now: datetime,
    again: Again | None = None,
) -> Answered:
    """Call ``do`` in one transaction and return its answer; at 400 and above everything it wrote is undone.

    ``scope`` is who asks and on which route, ``fingerprint`` a digest of the whole request. Without a key
    nothing is kept. A second sending does nothing: ``do`` is called up to its first act, so that it asks for
    today's rights, and ``again`` says what may be told (the first answer, without it). Raises ``KeyReused`` when
    the key belongs to another request.
    """
    with turn(), transaction.atomic():
        kept = _reserve(scope, key, fingerprint, now) if key is not None else None
        if kept is not None and kept.status:
            if kept.body_hash != fingerprint:
                raise KeyReused
            first = Answered(kept.status, kept.body, kept.headers, again=True)
            return again(first, rehearse(do)) if again is not None else first
        answered = _attempt(do)
        if kept is None:
            return answered
        keep = answered.kept_as or answered
        if not keep.status or (keep.status >= 400 and keep.status not in LASTING):
            kept.delete()
            return answered
        kept.status, kept.body, kept.headers = keep.status, keep.body, dict(keep.headers)
        kept.save(update_fields=["status", "body", "headers"])
        return answered


def forget_answers(*, now: datetime) -> int:
    """Keys older than seven days may be used anew; how many were taken out."""
    return Answer.objects.filter(answered_at__lt=now - KEPT_FOR).delete()[0]


def _reserve(scope: str, key: str, fingerprint: str, now: datetime) -> Answer:
    """A row of our own with status 0, or the finished row of whoever was first.

    PostgreSQL lets the second wait at the unique index until the first has committed or given up; SQLite's
    writers wait before they begin.
    """
    if (first := Answer.objects.filter(scope=scope, key=key).first()) is not None:
        return first
    try:
        with transaction.atomic():
            return Answer.objects.create(scope=scope, key=key, body_hash=fingerprint, answered_at=now)
    except IntegrityError:
        return Answer.objects.get(scope=scope, key=key)


def _attempt(do: Callable[[], Answered]) -> Answered:
    with transaction.atomic():
        answered = do()
        if answered.status >= 400:
            transaction.set_rollback(True)
        return answered
