"""Every list, board and search as of a moment: the pages of today, over the rows of then."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from khoi.kit.db import fronting
from khoi.kit.db.fronting import Front
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.lifecycle.queries.gates import standings_of
from khoi.people.models import Person
from khoi.scoring.queries import published
from khoi.team.rules import Principal
from khoi.timemachine.queries.standing import Model
from khoi.timemachine.queries.then import FOUND_BY, Moment, fronts_about, fronts_of


@contextmanager
def looking_back(actor: Principal, at: datetime, *, known: str, tables: Collection[Model]) -> Iterator[Principal]:
    """Inside, this connection reads these tables as they were at ``at``: by what we know ``now`` or knew ``then``.

    Only rows are there that the actor sees today, or would see if they still stood. Yields the actor as who looks at
    that moment: they see all that is there and may write nothing. Search texts and scores are built anew from the rows
    of then. Nothing is written to the database. Raises ``history.TooManyDiffer`` when it would take too long.
    """
    with fronting.one_moment():
        fronts = fronts_of(actor, Moment(at, known), tables)
        with fronting.in_front(fronts):
            for front in sorted(fronts, key=lambda front: front.model is not Person):
                _rebuild(front, at)
            yield replace(actor, at=at)


def _rebuild(front: Front, at: datetime) -> None:
    if front.model is not Person and front.model not in FOUND_BY:
        return
    rows = lifecycle.rebuilt(front.model, front.rows, now=at)
    if rows:
        columns = list(next(iter(rows.values())))
        fronting.rewrite(front.model, rows, columns)


@dataclass(frozen=True, slots=True)
class LineThen:
    """A rule by its name, and what it gave: whole points when earned, and at the moment."""

    name: str
    was: int
    now: int


@dataclass(frozen=True, slots=True)
class ScoreThen:
    """A lead's score at a moment by the scorecard in force then (``version``, 0 for none), the strongest line first."""

    engagement: int
    fit_points: int
    grade: str
    version: int
    lines: list[LineThen]


def score_then(lead: Lead, at: datetime, *, known: str) -> ScoreThen | None:
    """None when the lead was not there yet. Reads the rows that speak of this one lead."""
    with fronting.one_moment(), fronting.in_front(fronts_about(lead, Moment(at, known))):
        found = Lead.objects.filter(pk=lead.pk).select_related("person", "source").first()
        if found is None:
            return None
        card = published()
        score = standings_of([found], now=at)[found.pk].score
    names = {rule.get("id"): rule for rule in (card.rules if card else ())}
    points: dict[str, tuple[float, float]] = {}
    for line in score.lines:
        earned, left = points.get(line.rule, (0.0, 0.0))
        points[line.rule] = earned + line.points_then, left + line.points_now
    lines = [
        LineThen(_name_of(names.get(rule, {}), rule), round(earned), round(left))
        for rule, (earned, left) in points.items()
    ]
    ranked = sorted(lines, key=lambda line: -abs(line.now))
    return ScoreThen(score.engagement, score.fit_points, score.grade, card.version if card else 0, ranked)


def _name_of(rule: Mapping[str, Any], otherwise: str) -> str:
    vietnamese = (get_language() or "").startswith("vi")
    return str((rule.get("name_vi") if vietnamese else "") or rule.get("name") or otherwise)
