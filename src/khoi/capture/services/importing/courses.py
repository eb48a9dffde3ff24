"""Files of moves: which stage a deal entered when, one row each."""

import sys
from collections import defaultdict
from datetime import datetime

from khoi.capture.queries.import_rows import Incoming
from khoi.capture.rules.importing import CREATED, SKIPPED, UNCHANGED
from khoi.capture.services.importing.context import Context, Move
from khoi.kit.db.writing import insert_rows, update_rows
from khoi.pipeline.models import Opportunity, PipelineStage, StageKind, StageMove

STANDS = ["stage", "entered_stage_at", "closed_at", "opened_at", "lost_reason"]


def note_course(row: Incoming, move: Move) -> None:
    """Remember what the row says until its deal comes: the file may be read before that of the deals."""
    link, at = row.parsed.links.get("opportunity"), row.parsed.moment("stage_at")
    if link is not None and at is not None and not row.rejected and not row.parsed.text("is_deleted"):
        move.courses[link.id].append((at, sys.intern(row.parsed.text("pipeline_stage"))))


def sort_courses(move: Move) -> None:
    for course in move.courses.values():
        course.sort()


class MoveRows:
    """Takes rows in any order. A move that is there already, at that very moment, stays as it is."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.numbers = context.numbers
        self.stages = context.move.stages

    def take(self, rows: list[Incoming]) -> list[str]:
        """The outcome of each row, everything stored."""
        links = [link for row in rows if (link := row.parsed.links.get("opportunity"))]
        self.numbers.begin(("opportunity", link) for link in links)
        ids = set(self.numbers.known.values())
        self.deals = Opportunity.objects.select_related("stage", "person").in_bulk(ids)
        self.there: dict[int, set[tuple[int, datetime]]] = defaultdict(set)
        moves = StageMove.objects.filter(opportunity__in=ids).values_list(
            "opportunity_id", "to_stage_id", "occurred_at"
        )
        for deal, stage, at in moves.values_list("opportunity_id", "to_stage_id", "occurred_at"):
            self.there[deal].add((stage, at))
        self.new: list[StageMove] = []
        self.changed: dict[int, Opportunity] = {}
        outcomes = [self._take(row) for row in rows]
        insert_rows(self.new)
        if self.changed:
            update_rows(self.changed.values(), STANDS)
        return outcomes

    def _take(self, row: Incoming) -> str:
        link, at, name = (
            row.parsed.links.get("opportunity"),
            row.parsed.moment("stage_at"),
            row.parsed.text("pipeline_stage"),
        )
        if row.parsed.text("is_deleted"):
            return SKIPPED
        column = self.context.mapping.links["opportunity"].column if "opportunity" in self.context.mapping.links else ""
        deal = self.deals.get(self.numbers.known.get(("opportunity", link.id), 0)) if link else None
        if link is None or deal is None:
            return row.reject("no_deal", column, link.id if link else "")
        if at is None:
            return row.reject("missing", self.context.heading("stage_at"))
        stage = self.stages.target(name, None)
        if stage is None:
            return row.reject("unknown_stage", self.context.heading("pipeline_stage"), name)
        if (stage.pk, at) in self.there[deal.pk]:
            return UNCHANGED
        came_from = self._before(link.id, at)
        if came_from is not None and came_from.pk == stage.pk:
            return SKIPPED
        self._move(deal, came_from, stage, at)
        return CREATED

    def _before(self, number: str, at: datetime) -> PipelineStage | None:
        earlier = [name for moment, name in self.context.move.courses.get(number, ()) if moment < at]
        return self.stages.target(earlier[-1], None) if earlier else None

    def _move(self, deal: Opportunity, came_from: PipelineStage | None, stage: PipelineStage, at: datetime) -> None:
        self.there[deal.pk].add((stage.pk, at))
        reason = (deal.lost_reason or "other") if stage.kind == StageKind.LOST else ""
        self.new.append(
            StageMove(
                opportunity=deal,
                person_id=deal.person_id,
                from_stage=came_from,
                to_stage=stage,
                basis="imported",
                reason=reason,
                by_id=self.context.by.id,
                occurred_at=at,
                recorded_at=self.context.now,
            )
        )
        if at < deal.opened_at:
            deal.opened_at = at
            self.changed[deal.pk] = deal
        if stage.pk == deal.stage_id and deal.entered_stage_at != at and self._is_last(deal, at):
            deal.entered_stage_at = at
            deal.closed_at = at if stage.kind != StageKind.OPEN else None
            self.changed[deal.pk] = deal

    def _is_last(self, deal: Opportunity, at: datetime) -> bool:
        return all(moment <= at for _, moment in self.there[deal.pk])
