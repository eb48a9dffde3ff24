"""Why a lead stands where it stands: its owner, its stage, what is missing for the next, and its points."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from khoi.kit.conditions import Clause
from khoi.leads.models import Lead
from khoi.lifecycle.queries.gates import standings_of
from khoi.qualification.models import StageChange
from khoi.routing.models import Assignment
from khoi.scoring import rules as scoring
from khoi.scoring.models import Scorecard
from khoi.scoring.queries import published

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Points:
    """One line of a score, with the rule's own words in both languages."""

    rule: str
    name: str
    name_vi: str
    axis: str
    points_then: float
    points_now: float
    capped_from: int | None
    occurred_at: datetime | None
    evidence: dict[str, object]


@dataclass(frozen=True, slots=True)
class Reasons:
    """``assignment`` and ``change``: the decisions that gave the present owner and stage, if there were any.

    ``next_stage`` is None at the end; ``missing`` are the clauses that stand before it.
    """

    assignment: Assignment | None
    change: StageChange | None
    next_stage: str | None
    missing: tuple[Clause, ...]
    scorecard: Scorecard | None
    engagement: int
    lines: tuple[Points, ...]


def reasons_of(lead: Lead, *, now: datetime) -> Reasons:
    standing = standings_of([lead], now=now)[lead.pk]
    card = published()
    decided = ("-occurred_at", "-id")
    return Reasons(
        assignment=Assignment.objects.filter(lead=lead)
        .select_related("owner", "rule", "by")
        .order_by(*decided)
        .first(),
        change=StageChange.objects.filter(lead=lead).select_related("policy", "by").order_by(*decided).first(),
        next_stage=standing.gate.stage if standing.gate else None,
        missing=standing.gate.missing if standing.gate else (),
        scorecard=card,
        engagement=standing.score.engagement,
        lines=tuple(_points(line, card) for line in standing.score.lines),
    )


def _points(line: scoring.Line, card: Scorecard | None) -> Points:
    found = (rule for rule in (card.rules if card else ()) if rule["id"] == line.rule)
    entry: dict[str, Any] = next(found, {})
    return Points(
        rule=line.rule,
        name=entry.get("name", line.rule),
        name_vi=entry.get("name_vi", ""),
        axis=line.axis,
        points_then=round(line.points_then, 2),
        points_now=round(line.points_now, 2),
        capped_from=line.capped_from,
        occurred_at=None if line.occurred_at is None else _EPOCH + timedelta(microseconds=line.occurred_at),
        evidence=dict(line.evidence),
    )
