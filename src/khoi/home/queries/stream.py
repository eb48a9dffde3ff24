"""The funnel of the last 90 days, small: five widths, and where it is narrow."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from khoi.kit.periods import Period, today
from khoi.reports.queries.funnel import funnel
from khoi.reports.rules.funnel import STAGES, Step
from khoi.team.rules import Principal
from khoi.workspace.queries import zone

#: The stages that are drawn; the others lie between them.
SHOWN: Final = ("lead", "mql", "sql", "opportunity", "customer")
DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Width:
    """``onward``: the share that came to the next drawn stage, None at the end and when nobody was here."""

    stage: str
    count: int
    onward: float | None


@dataclass(frozen=True, slots=True)
class SmallFunnel:
    """``pinch``: index of the width the bottleneck lies behind; ``leak``: its step, ``after``: the stage behind it."""

    widths: tuple[Width, ...]
    pinch: int | None
    leak: Step | None
    after: str


def small_funnel(actor: Principal, *, whose: str, now: datetime) -> SmallFunnel:
    day = today(now, zone())
    period = Period(day - timedelta(days=DAYS - 1), day + timedelta(days=1))
    found = funnel(period=period, owner=actor.id if whose == "mine" else None, actor=actor)
    counts = {stage: found.step(stage).reached for stage in SHOWN}
    onward = {here: counts[there] / counts[here] if counts[here] else None for here, there in pairwise(SHOWN)}
    widths = tuple(Width(stage, counts[stage], onward.get(stage)) for stage in SHOWN)
    if found.bottleneck is None:
        return SmallFunnel(widths, None, None, "")
    place = STAGES.index(found.bottleneck)
    drawn = max(index for index, stage in enumerate(SHOWN) if STAGES.index(stage) <= place)
    return SmallFunnel(widths, drawn, found.step(found.bottleneck), STAGES[place + 1])
