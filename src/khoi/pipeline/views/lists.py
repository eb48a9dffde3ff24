"""The list of deals, on a page and as a file."""

import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from khoi.custom.forms import OwnList, own_list, own_pairs
from khoi.custom.models import CustomField
from khoi.custom.queries import own_fields, plain_cells
from khoi.kit import periods
from khoi.kit.money import Money
from khoi.kit.tabular import csv_safe, write_xlsx
from khoi.pipeline import queries
from khoi.pipeline.models import Opportunity
from khoi.pipeline.queries import STATES, VIEWS, Part, Wanted
from khoi.pipeline.views.boards import choices_of, first_steps
from khoi.team import queries as team
from khoi.team.rules import Principal
from khoi.team.views import allowed
from khoi.workspace import queries as workspace

COUNTED: Final = 10_000
CHUNK: Final = 500
#: Heads that sort: key → label.
HEADS: Final = {
    "close": gettext_lazy("Close date"),
    "amount": gettext_lazy("Amount"),
    "age": gettext_lazy("In the stage since"),
    "closed": gettext_lazy("Closed on"),
}
#: What of an address the board does not know, as it is when nothing is asked.
ONLY_HERE: Final[dict[str, Any]] = {"state": "open", "stage": None, "step": "", "closed": "", "q": ""}
FORMATS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_safe
@allowed("opportunity.view")
def listing(request: HttpRequest, actor: Principal) -> HttpResponse:
    wanted = queries.read_wanted(request.GET, actor)
    if wanted is None:
        return render(request, "pipeline/no_pipeline.html")
    now, zone = actor.at or timezone.now(), workspace.zone()
    stages = queries.stages_of(wanted.pipeline)
    own = own_list(Opportunity, request.GET, now=now, zone=zone)
    wanted = replace(wanted, own=tuple(own_pairs(request.GET)))
    every = queries.deals(wanted, actor, stages, now, zone)
    sort = own.sorted_by or queries.known_sort(request.GET.get("sort", ""))
    here = _part(own.among(every), own, sort, request.GET.get("after", ""))
    context = {
        "own": own.beside(here.deals),
        "kept": [*((name, said) for name, said in wanted.parts.items() if name != "q"), ("sort", sort)],
        "cards": queries.cards_of(here.deals, stages, now, zone),
        "next_url": f"{_sorted(wanted, sort)}&after={here.after}" if here.after else "",
        "count": own.count_among(every, COUNTED + 1),
        "is_new": not Opportunity.objects.visible_to(actor).exists(),
        "first_steps": first_steps(actor),
        "wanted": wanted,
        "tabs": [(view, VIEWS[view], _sorted(wanted, sort, view=view)) for view in queries.views_of(actor)],
        "heads": {key: _head(key, wanted, sort) for key in HEADS},
        "states": [(state, label, wanted.address(state=state, stage=None)) for state, label in STATES.items()],
        "stages": [(stage, wanted.address(stage=stage, state=stage.kind)) for stage in stages],
        "without": _removals(wanted),
        "sort": sort,
        "now": now,
        "today": periods.today(now, zone),
        "board_url": reverse("pipeline:board") + wanted.address(**ONLY_HERE),
        "may_add": actor.may("opportunity.create"),
        "may_delete": actor.may("opportunity.delete"),
        "may_see_history": actor.may("act.view"),
        "exports": _exports(wanted, sort) if actor.may("opportunity.export") else [],
        **choices_of(wanted, actor),
    }
    return render(request, "pipeline/list.html", context)


def _part(found: "QuerySet[Opportunity]", own: OwnList, sort: str, after: str) -> Part:
    if own.sort is not None:
        return queries.part_by_own(found, own.sort, down=own.down, after=after)
    return queries.part(found, sort, after)


def _sorted(wanted: Wanted, sort: str, **changes: Any) -> str:
    address = wanted.address(**changes)
    return address if sort == "close" else f"{address}{'&' if len(address) > 1 else ''}sort={sort}"


def _head(key: str, wanted: Wanted, sort: str) -> dict[str, Any]:
    """A head that sorts: the way it stands now, and the address that turns it round."""
    standing = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
    first = f"-{key}" if key in ("amount", "closed") else key
    other = key if sort == f"-{key}" else f"-{key}"
    return {"label": HEADS[key], "standing": standing, "url": _sorted(wanted, other if standing else first)}


def _removals(wanted: Wanted) -> dict[str, str]:
    return {
        "stage": wanted.address(stage=None),
        "step": wanted.address(step=""),
        "closed": wanted.address(closed=""),
        "q": wanted.address(q=""),
    }


def _exports(wanted: Wanted, sort: str) -> list[tuple[str, str]]:
    return [(name.upper(), reverse("pipeline:export", args=[name]) + _sorted(wanted, sort)) for name in FORMATS]


@require_safe
@allowed("opportunity.view")
def export(request: HttpRequest, actor: Principal, form: str) -> HttpResponseBase:
    """Exactly the deals of the list with the same address; no cell of it starts a formula."""
    team.authorize(actor, "opportunity.export")
    wanted = queries.read_wanted(request.GET, actor)
    if wanted is None:
        raise team.Hidden
    now, zone = actor.at or timezone.now(), workspace.zone()
    own = own_list(Opportunity, request.GET, now=now, zone=zone)
    found = own.among(queries.deals(wanted, actor, queries.stages_of(wanted.pipeline), now, zone))
    if own.sort is not None:
        deals = queries.every_by_own(found, own.sort, down=own.down)
    else:
        deals = queries.every(found, queries.known_sort(request.GET.get("sort", "")))
    response = _file(form, deals)
    response["Content-Disposition"] = f'attachment; filename="{_("deals")}.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _file(form: str, deals: Iterator[Opportunity]) -> HttpResponseBase:
    """Behind our columns stand the custom fields."""
    language, fields = get_language() or "vi", own_fields(Opportunity)
    heads = [_("Deal"), _("Account"), _("Person"), _("Stage"), _("Amount"), _("Currency")]
    heads += [_("Close date"), _("Owner"), _("In the stage since"), _("Closed on"), _("Why lost")]
    heads += [field.name(language) for field in fields]
    rows = _rows(deals, fields, language)
    if form == "csv":
        lines = ([str(cell) for cell in row] for row in rows)
        return StreamingHttpResponse(csv_safe(heads, lines), content_type=FORMATS[form])
    out = io.BytesIO()
    write_xlsx(out, heads, rows)
    return HttpResponse(out.getvalue(), content_type=FORMATS[form])


def _rows(deals: Iterator[Opportunity], fields: list[CustomField], language: str) -> Iterator[list[str | int]]:
    while part := list(islice(deals, CHUNK)):
        own = plain_cells(part, fields, language)
        yield from ([*_cells(deal, language), *own[deal.pk]] for deal in part)


def _cells(deal: Opportunity, language: str) -> list[str | int]:
    """Days as 2026-11-30 and amounts as plain figures, so that every program reads them alike."""
    amount = Money(deal.amount, deal.currency).major if deal.amount is not None else ""
    zone = timezone.get_current_timezone()
    return [
        deal.name,
        str(deal.account or ""),
        str(deal.person),
        deal.stage.label(language),
        int(amount) if amount != "" and amount == int(amount) else str(amount),
        deal.currency,
        deal.close_on.isoformat() if deal.close_on else "",
        str(deal.owner or ""),
        deal.entered_stage_at.astimezone(zone).date().isoformat(),
        deal.closed_at.astimezone(zone).date().isoformat() if deal.closed_at else "",
        str(deal.get_lost_reason_display()) if deal.lost_reason else "",
    ]
