"""Pipeline, sources and response times as the page shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from khoi.campaigns.models import Source
from khoi.design.templatetags import formats
from khoi.pipeline.models import Opportunity
from khoi.reports.forms import Asked
from khoi.reports.queries import pipeline as pipelines
from khoi.reports.queries import response as responses
from khoi.reports.queries import sources as sourcing
from khoi.reports.queries.asking import Question
from khoi.reports.queries.behind import Behind
from khoi.reports.queries.sources import SourceRow
from khoi.reports.rules import drawing
from khoi.reports.rules.deals import OPEN, Deal, Waterfall
from khoi.reports.rules.drawing import Column
from khoi.reports.views import words
from khoi.reports.views.funnels import figure_url
from khoi.workspace import queries as workspace


def changes_of(asked: Asked) -> Waterfall:
    return pipelines.changes(
        since=asked.changed_since,
        until=asked.as_of,
        due_before=asked.due_before,
        known=asked.known,
        owner=asked.owner.pk if asked.owner else None,
        actor=asked.actor,
    )


def pipeline(asked: Asked) -> dict[str, Any]:
    owner = asked.owner.pk if asked.owner else None
    standing = pipelines.pipeline(as_of=asked.as_of, known=asked.known, owner=owner, actor=asked.actor)
    found = changes_of(asked)
    amounts = [found.before, found.after, *(bar.amount for bar in found.bars)]
    per, unit = words.unit(amounts, found.currency)
    columns = [
        Column("total", formats.short_day(asked.changed_since), words.figure(found.before, per), found.before),
        *(_column(bar.cause, bar.amount, per) for bar in found.bars),
        Column("total", formats.short_day(asked.day), words.figure(found.after, per), found.after),
    ]
    return {
        "standing": [row for row in standing.rows if row.stage.kind == OPEN],
        "totals": standing.totals,
        "changed": found,
        "unit": unit,
        "fall": drawing.waterfall(columns),
        "narrow_fall": drawing.waterfall(columns, width=358, height=230),
        "causes": _causes(found, per, asked),
        "left": words.figure(found.after, per),
        "began": words.figure(found.before, per),
        "left_url": deals_url(asked, cause="after"),
        "due_last": asked.due_before - timedelta(days=1) if asked.due_before else None,
    }


def deals_url(asked: Asked, **parts: str | None) -> str:
    return reverse("reports:deals") + asked.address(**parts)


def _column(cause: str, amount: int, per: int) -> Column:
    return Column(words.KINDS[cause][0], str(words.CAUSES[cause]), words.figure(amount, per, signed=True), amount)


def _causes(found: Waterfall, per: int, asked: Asked) -> list[dict[str, Any]]:
    """Each cause with its largest deal, as it is called today."""
    names = dict(
        Opportunity.objects.visible_to(asked.actor)
        .filter(pk__in=[bar.largest for bar in found.bars])
        .values_list("pk", "name")
    )
    largest = {(change.cause, change.deal): change.amount for change in found.changes}
    return [
        {
            "label": words.CAUSES[bar.cause],
            "tone": words.KINDS[bar.cause][1],
            "count": bar.count,
            "amount": words.figure(bar.amount, per, signed=True),
            "largest": names.get(bar.largest, ""),
            "largest_amount": words.figure(abs(largest[bar.cause, bar.largest]), per),
            "url": deals_url(asked, cause=bar.cause),
        }
        for bar in found.bars
    ]


@dataclass(frozen=True, slots=True)
class SourceLine:
    row: SourceRow
    name: str
    returned: str
    tone: str
    urls: Mapping[str, str]


def sources(asked: Asked, named: Mapping[str, Source]) -> dict[str, Any]:
    found = sourcing.sources(
        period=asked.period,
        as_of=asked.as_of,
        known=asked.known,
        owner=asked.owner.pk if asked.owner else None,
        actor=asked.actor,
        today=asked.today,
    )
    lines = [_source_line(row, asked, named) for row in found]
    sort = asked.sort or ("roi" if any(row.roi is not None for row in found) else "leads")
    lines.sort(key=lambda line: _place(line, sort))
    heads = {name: asked.address(sort=name) for name in ("name", "leads", "mql", "sql", "won", "conversion", "roi")}
    return {"source_lines": lines, "source_sort": sort, "source_heads": heads}


def _place(line: SourceLine, sort: str) -> tuple[Any, ...]:
    """Largest first, those without a figure last; names from A."""
    if sort == "name":
        return (line.name.casefold(),)
    value = getattr(line.row, sort)
    return (value is None, -(value or 0), -line.row.leads, line.name.casefold())


def _source_line(row: SourceRow, asked: Asked, named: Mapping[str, Source]) -> SourceLine:
    urls = {
        stage: figure_url(asked, Behind("reached", stage, "source", row.code))
        for stage in ("lead", "mql", "sql", "customer")
    }
    tone = "" if row.roi is None else "bad" if row.roi < 1 else "good" if row.roi >= 20 else ""
    return SourceLine(row, words.group("source", row.code, row.name, named), words.times(row.roi), tone, urls)


def response(asked: Asked, now: datetime) -> dict[str, Any]:
    question = asked.question
    found = responses.response(
        period=asked.period,
        as_of=asked.as_of,
        known=asked.known,
        source=question.source,
        owner=question.owner,
        actor=asked.actor,
        now=now,
    )
    lines = [
        {
            "row": row,
            "name": words.group("owner", row.code, row.name, {}),
            "urls": {part: figure_url(asked, Behind(part, "lead", "owner", row.code)) for part in _ANSWERS},
        }
        for row in found.rows
    ]
    return {"answered": found.total, "answer_lines": lines, "promise": workspace.current().response_minutes}


_ANSWERS = ("promised", "in_time", "late", "waiting")


def question_of(asked: Asked) -> Question:
    """All deals of the day, whatever the period of arrival."""
    return Question(asked.actor, None, asked.as_of, asked.known, owner=asked.owner.pk if asked.owner else None)


def is_left(deal: Deal, asked: Asked, currency: str) -> bool:
    """Whether the last bar of the waterfall counts it."""
    due = asked.due_before is None or deal.close_on is None or deal.close_on < asked.due_before
    return deal.kind == OPEN and deal.currency == currency and due
