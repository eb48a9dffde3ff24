"""The courses of leads as they were shown on a day: tables rewound, then counted by the rules."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from khoi.campaigns.models import Source
from khoi.history import queries as history
from khoi.kit import periods
from khoi.leads.models import Lead
from khoi.qualification.models import StageChange
from khoi.reports.queries.asking import THEN, Question
from khoi.reports.rules.funnel import Course, Entry, course
from khoi.team.models import User
from khoi.team.rules import PARTNER
from khoi.workspace import queries as workspace

Values = dict[str, Any]


def courses(question: Question, by: str = "") -> Iterator[Course]:
    """Every lead that stood in the table that day, with what had been recorded of its way."""
    at = question.moment()
    if at is None:
        raise ValueError("then needs a day")
    entries: dict[int, list[Entry]] = defaultdict(list)
    for row in history.table_as_of(StageChange, at, known=THEN).values():
        if row["occurred_at"] <= at:
            entries[row["lead_id"]].append(Entry(row["to_stage"], row["from_stage"], row["occurred_at"]))
    groups = _Groups(by)
    for pk, row in leads(question, at).items():
        yield course(pk, groups.of(row), row["arrived_at"], entries[pk])


def leads(question: Question, at: datetime) -> dict[int, Values]:
    """Id → values of the leads asked about, as they stood at the moment."""
    seen = _seen(question)
    arrivals = question.arrivals()
    source = (
        Source.objects.filter(code=question.source).values_list("pk", flat=True).first() if question.source else None
    )
    return {
        pk: row
        for pk, row in history.table_as_of(Lead, at, known=THEN).items()
        if (seen is None or pk in seen or row["owner_id"] == question.actor.id)
        and row["arrived_at"] <= at
        and (arrivals is None or arrivals[0] <= row["arrived_at"] < arrivals[1])
        and (question.source is None or row["source_id"] == source)
        and (question.owner is None or row["owner_id"] == question.owner)
    }


def _seen(question: Question) -> set[int] | None:
    """Who may see a lead today may see it then; None for everything. A lead taken back since is nobody's any more."""
    actor = question.actor
    if actor.visibility == "all" and actor.role != PARTNER:
        return None
    return set(Lead.objects.visible_to(actor).values_list("pk", flat=True))


class _Groups:
    """The key of a lead's group, as the database would write it."""

    def __init__(self, by: str) -> None:
        self.by = by
        self.zone = workspace.zone() if by == "period" else None
        self.teams = dict(User.objects.values_list("pk", "team_id")) if by == "team" else {}

    def of(self, row: Values) -> str:
        if self.by == "period" and self.zone is not None:
            return periods.today(row["arrived_at"], self.zone).isoformat()[:7]
        if self.by == "team":
            return str(self.teams.get(row["owner_id"]) or "")
        column = {"source": "source_id", "campaign": "campaign_id", "channel": "channel", "owner": "owner_id"}
        return str(row[column[self.by]] or "") if self.by in column else ""
