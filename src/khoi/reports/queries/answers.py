"""Reports as plain JSON values, the same for the API and the command line.

Stages, sources and owners go by their codes; ``conversion`` is a share (0.42), days have one decimal.
"""

from typing import Any

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
