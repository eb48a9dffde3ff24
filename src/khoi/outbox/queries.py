"""What waits, what went out, and what needs a person's decision."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from khoi.outbox.models import Mail, State


@dataclass(frozen=True, slots=True)
class Tally:
    """How many mails stand in each state."""

    queued: int
    sending: int
    sent: int
    failed: int
    held: int
    dropped: int


def tally() -> Tally:
    counted = dict(Mail.objects.order_by().values_list("state").annotate(n=Count("pk")))
    return Tally(**{state.value: counted.get(state.value, 0) for state in State})


def to_decide() -> "QuerySet[Mail]":
    """Held and failed mails, the oldest first: each waits for a click."""
    return Mail.objects.filter(state__in=[State.HELD, State.FAILED]).order_by("queued_at", "pk")


def latest(limit: int = 50) -> "QuerySet[Mail]":
    """The newest mails of every other state."""
    others = Mail.objects.exclude(state__in=[State.HELD, State.FAILED])
    return others.order_by("-queued_at", "-pk")[:limit]
