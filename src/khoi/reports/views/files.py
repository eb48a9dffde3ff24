"""Reports as files: the figures of the page with the same address."""

import io
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from khoi.campaigns.models import Source
from khoi.kit.money import Money
from khoi.kit.tabular import csv_safe, write_xlsx
from khoi.reports.forms import Asked
from khoi.reports.queries.funnel import answer
from khoi.reports.rules.funnel import STAGES
from khoi.reports.views import figures, words
from khoi.reports.views.pages import read
from khoi.team.rules import Principal
from khoi.team.views import allowed

TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Cell = str | int
Table = tuple[list[str], list[list[Cell]]]


@require_safe
@allowed("report.view")
def export(request: HttpRequest, actor: Principal, report: str, form: str) -> HttpResponse:
    asked = read(request, actor, timezone.now())
    heads, rows = {"funnel": _funnel, "sources": _sources, "pipeline": _pipeline, "response": _response}[report](asked)
    response = HttpResponse(_file(form, heads, rows), content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{report}.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _file(form: str, heads: list[str], rows: list[list[Cell]]) -> bytes:
    if form == "csv":
        return b"".join(csv_safe(heads, ([str(cell) for cell in row] for row in rows)))
    out = io.BytesIO()
    write_xlsx(out, heads, rows)
    return out.getvalue()


def _funnel(asked: Asked) -> Table:
    found = answer(asked.question, asked.by)
    if not asked.by:
        heads = [
            _("Stage"),
            pgettext("funnel", "Reached"),
            _("Went on, %"),
            _("Stopped here"),
            _("Median days"),
            _("Days in all"),
        ]
        return heads, [
            [
                words.stage(s.stage),
                s.reached,
                _share(s.conversion),
                s.stopped,
                _tenth(s.span.median),
                _tenth(s.span.days),
            ]
            for s in found.steps
        ]
    heads = [str(words.FIELDS[asked.by]), *(words.stage(stage) for stage in STAGES)]
    sources = _named(asked)
    return heads, [[words.group(found.by, r.code, r.name, sources), *r.reached] for r in found.rows]


def _sources(asked: Asked) -> Table:
    """One row per source and currency, so that every amount stands alone in its cell."""
    heads = [_("Source"), _("Lead"), "MQL", "SQL", _("Won"), _("Lead to won, %")]
    heads += [_("Currency"), _("Revenue"), _("Cost"), _("Return")]
    rows: list[list[Cell]] = []
    for line in figures.sources(asked, _named(asked))["source_lines"]:
        row = line.row
        first: list[Cell] = [line.name, row.leads, row.mql, row.sql, row.won, _share(row.conversion)]
        for currency in sorted(row.revenue.keys() | row.cost.keys()) or [""]:
            sums = [_amount(by.get(currency), currency) for by in (row.revenue, row.cost)]
            rows.append([*first, currency, *sums, _tenth(row.roi)])
    return heads, rows


def _pipeline(asked: Asked) -> Table:
    heads = [_("Stage"), _("Currency"), _("Deals"), _("Amount"), _("Weighted")]
    found = figures.pipeline(asked)
    return heads, [
        [
            row.stage.name,
            row.currency,
            row.count,
            _amount(row.amount, row.currency),
            _amount(row.weighted, row.currency),
        ]
        for row in found["standing"]
    ]


def _response(asked: Asked) -> Table:
    heads = [_("Owner"), _("Promised"), _("In time"), _("Late"), _("Waiting"), _("In time, %"), _("Median minutes")]
    found = figures.response(asked, timezone.now())["answer_lines"]
    return heads, [
        [line["name"], r.leads, r.in_time, r.late, r.waiting, _share(r.share_in_time), _minutes(r.median)]
        for line in found
        for r in (line["row"],)
    ]


def _named(asked: Asked) -> dict[str, Source]:
    return {source.code: source for source in Source.objects.visible_to(asked.actor)}


def _share(ratio: float | None) -> Cell:
    return "" if ratio is None else _tenth(ratio * 100)


def _tenth(value: float | None) -> Cell:
    """With at most one decimal and a point, so that every program reads it alike."""
    if value is None:
        return ""
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else str(rounded)


def _amount(minor: int | None, currency: str) -> Cell:
    if minor is None:
        return ""
    major: Decimal = Money(minor, currency).major
    return int(major) if major == int(major) else str(major)


def _minutes(span: Any) -> Cell:
    return "" if span is None else int(span.total_seconds() // 60)
