"""What a report is asked: which leads, and as of when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from khoi.kit import periods
from khoi.kit.periods import Period
from khoi.team.rules import Principal
from khoi.workspace import queries as workspace

NOW, THEN = "now", "then"
#: From before the first lead to after the last one.
EVER: Final = Period(date(1900, 1, 1), date(9000, 1, 1))


@dataclass(frozen=True, slots=True)
class Question:
    """``period``: days of arrival in the workspace's zone. ``as_of``: the day at whose end one looks; None is now.

    ``known``: ``now`` for what we know today about that day, ``then`` for what we showed that day.
    ``source``: a source's code, ``owner``: a user's id; None asks for all.
    """

    actor: Principal
    period: Period | None = None
    as_of: date | None = None
    known: str = NOW
    source: str | None = None
    owner: int | None = None

    def __post_init__(self) -> None:
        if self.known not in (NOW, THEN):
            raise ValueError("known is “now” or “then”")

    @property
    def replays(self) -> bool:
        """What stood there that day has to be put together from the history."""
        return self.as_of is not None and self.known == THEN

    def arrivals(self) -> tuple[datetime, datetime] | None:
        """The half-open instants of arrival asked about."""
        return periods.instants(self.period, workspace.zone()) if self.period else None

    def moment(self) -> datetime | None:
        """The last moment that counts."""
        return end_of(self.as_of) if self.as_of else None


def end_of(day: date) -> datetime:
    """The last moment of the day in the workspace's zone."""
    return periods.instants(periods.day(day), workspace.zone())[1] - timedelta(microseconds=1)
