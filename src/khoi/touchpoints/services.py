"""Noting that a person and we met."""

from datetime import datetime

from khoi.campaigns.models import Campaign
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.db.writing import stored
from khoi.people.models import Person
from khoi.touchpoints.models import Touchpoint


def record_touchpoint(
    person: Person,
    *,
    kind: str,
    channel: str = "",
    campaign: Campaign | None = None,
    title: str = "",
    detail: str = "",
    url: str = "",
    is_human: bool = True,
    occurred_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> Touchpoint:
    """``occurred_at`` earlier than ``now`` for what is learnt late; the score counts it at its own time."""
    with history.act("record_touchpoint", by=by, now=now, occurred_at=occurred_at, subject=person):
        return stored(
            Touchpoint(
                person=person,
                kind=kind,
                channel=channel,
                campaign=campaign,
                title=title[:200],
                detail=detail,
                url=url[:500],
                is_human=is_human,
                occurred_at=occurred_at or now,
            )
        )
