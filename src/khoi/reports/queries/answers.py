"""Reports as plain JSON values, the same for the API and the command line.

Stages, sources and owners go by their codes; ``conversion`` is a share (0.42), days have one decimal.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from khoi.reports.queries.pipeline import PipelineAsOf
from khoi.reports.queries.response import Answered, Response
from khoi.reports.queries.sources import SourceRow
from khoi.reports.rules.deals import Waterfall
from khoi.reports.rules.funnel import STAGES, Funnel, Row, Step


def funnel_answer(found: Funnel) -> dict[str, Any]:
    """``rows`` holds one object per group, named by the field asked for; ``total`` is their sum."""
    return {
        "rows": [{found.by: row.name, "code": row.code, **_counts(row)} for row in found.rows],
        "total": {"leads": found.leads, "won": found.won, **{s.stage: s.reached for s in found.steps[1:]}},
        "stages": [_step(step) for step in found.steps],
        "bottleneck": found.bottleneck,
        "won_before_contact": found.backwards,
    }


def _counts(row: Row) -> dict[str, int]:
    return {"leads": row.leads, "won": row.won, **dict(zip(STAGES[1:], row.reached[1:], strict=True))}


def _step(step: Step) -> dict[str, Any]:
    return {
        "stage": step.stage,
        "reached": step.reached,
        "conversion": None if step.conversion is None else round(step.conversion, 4),
        "stopped": step.stopped,
        "median_days": None if step.span.median is None else round(step.span.median, 1),
        "total_days": round(step.span.days, 1),
    }


def sources_answer(rows: Sequence[SourceRow]) -> dict[str, Any]:
    """Money in minor units by currency."""
    return {
        "rows": [
            {
                "source": row.name,
                "code": row.code,
                "leads": row.leads,
                "mql": row.mql,
                "sql": row.sql,
                "won": row.won,
                "conversion": None if row.conversion is None else round(row.conversion, 4),
                "revenue": dict(row.revenue),
                "cost": dict(row.cost),
                "roi": None if row.roi is None else round(row.roi, 4),
                "weekly": list(row.weekly),
            }
            for row in rows
        ],
        "total": {name: sum(getattr(row, name) for row in rows) for name in ("leads", "mql", "sql", "won")}
        | {"revenue": _added(row.revenue for row in rows), "cost": _added(row.cost for row in rows)},
    }


def _added(sums: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for by_currency in sums:
        total.update(by_currency)
    return dict(total)


def pipeline_answer(found: PipelineAsOf) -> dict[str, Any]:
    """Money in minor units. ``total`` is in the workspace's currency; others stand under ``other_currencies``."""
    return {
        "rows": [
            {
                "stage": row.stage.code,
                "name": row.stage.name,
                "kind": row.stage.kind,
                "currency": row.currency,
                "count": row.count,
                "amount": row.amount,
                "weighted": row.weighted,
            }
            for row in found.rows
        ],
        "total": asdict(found.total),
        "other_currencies": [asdict(total) for total in found.totals[1:]],
    }


def changes_answer(found: Waterfall) -> dict[str, Any]:
    return {
        "currency": found.currency,
        "before": found.before,
        "after": found.after,
        "changes": [{"cause": bar.cause, "count": bar.count, "amount": bar.amount} for bar in found.bars],
    }


def response_answer(found: Response) -> dict[str, Any]:
    """Minutes as whole numbers; ``in_time_share`` of the leads whose time is decided."""
    return {
        "rows": [{"owner": r.name, "code": r.code, **_answered(r)} for r in found.rows],
        "total": _answered(found.total),
    }


def _answered(row: Answered) -> dict[str, Any]:
    return {
        "leads": row.leads,
        "in_time": row.in_time,
        "late": row.late,
        "waiting": row.waiting,
        "in_time_share": None if row.share_in_time is None else round(row.share_in_time, 4),
        "median_minutes": None if row.median is None else int(row.median.total_seconds() // 60),
    }
