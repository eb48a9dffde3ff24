"""The list of leads: what it shows, what it exports, and what is done with chosen rows."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from khoi.custom.forms import OwnList, own_list, own_pairs
from khoi.design.templatetags.design import stage_label, temperature_label, work_status
from khoi.design.views import tell
from khoi.home import services as home
from khoi.home.forms.filtering import KEYS, chips_of, read_filter, read_sort
from khoi.home.queries.rows import rows_of
from khoi.home.queries.tables import HEADINGS, table_of
from khoi.home.views.telling import done
from khoi.kit.addresses import address
from khoi.kit.refusals import Refusal
from khoi.kit.tabular import csv_safe, write_xlsx
from khoi.leads import queries as leads
from khoi.leads.models import Lead, LeadSet, Reason
from khoi.leads.queries import LeadFilter, Part
from khoi.team.models import User
from khoi.team.queries import authorize, find
from khoi.team.rules import Principal
from khoi.team.views import allowed, next_of
from khoi.workspace import queries as workspace

#: Nobody waits for a figure: from here on it says "10,000+".
CAP: Final = 10_000
#: The first rows paint at once; whoever asks for more gets more.
FIRST: Final = 20
MORE: Final = 50
CHOSEN: Final = 500


@require_safe
@allowed("lead.view")
def listing(request: HttpRequest, actor: Principal) -> HttpResponse:
    after = request.GET.get("after", "")
    now = actor.at or timezone.now()
    own = own_list(Lead, request.GET, now=now, zone=workspace.zone())
    wanted, sort = read_filter(request.GET, actor, own), own.sorted_by or read_sort(request.GET)
    matching = leads.leads_matching(actor, wanted)
    part = _part(matching, own, sort, after=after, size=MORE if after else FIRST)
    total = own.count_among(leads.leads_matching(actor, replace(wanted, own=())), CAP)
    context = {
        "now": now,
        "rows": rows_of(part.leads, actor=actor, now=now),
        "own": own.beside(part.leads),
        "next_url": address(request.GET, after=part.after) if part.after else "",
        "total": total,
        "tabs": _tabs(request, actor, wanted, total),
        "chips": chips_of(wanted, request.GET, actor),
        "wanted": wanted,
        "sort": sort,
        "sorts": {name: address(request.GET, sort=name) for name in leads.SORTS},
        "export": urlencode(
            [*((key, value) for key in KEYS for value in request.GET.getlist(key)), *own_pairs(request.GET)]
        ),
        "nothing_yet": not part.leads and wanted.is_bare,
        "first_steps": _first_steps(actor),
        "without_q": address(request.GET, without=["q"]),
        "may_assign": actor.may("lead.assign"),
        "may_qualify": actor.may("lead.qualify"),
        "may_export": actor.may("lead.export"),
        "may_delete": actor.may("lead.delete"),
        "may_see_history": actor.may("act.view"),
        "may_plan": actor.may("task.edit"),
        "may_pick": any(actor.may(f"lead.{verb}") for verb in ("assign", "qualify", "export", "delete"))
        and actor.at is None,
        "owners": _owners(actor) if actor.may("lead.assign") else (),
        "reasons": Reason.choices,
    }
    return render(request, "home/leads.html", context)


def _part(matching: LeadSet, own: OwnList, sort: str, *, after: str, size: int) -> Part:
    if own.sort is not None:
        return leads.part_by_own(matching, own.sort, down=own.down, after=after, size=size)
    return leads.part_of(matching, sort=sort, after=after, size=size)


def _tabs(request: HttpRequest, actor: Principal, wanted: LeadFilter, total: int) -> list[dict[str, object]]:
    words = {
        "mine": gettext("Mine"),
        "new": gettext("Not contacted"),
        "hot": gettext("Hot"),
        "team": gettext("Team"),
        "all": gettext("All"),
    }
    shown = [view for view in leads.VIEWS if not (view == "team" and (not actor.team_id or actor.visibility == "own"))]
    return [
        {
            "label": words[view],
            "url": f"?view={view}",
            "current": view == wanted.view,
            "count": total if view == wanted.view else _count(leads.leads_of_view(actor, view)),
        }
        for view in shown
        if not (view == "all" and actor.visibility == "own")
    ]


def _first_steps(actor: Principal) -> list[dict[str, object]]:
    """What an empty list offers next."""
    add: dict[str, object] = {
        "label": gettext("Add a lead"),
        "url": reverse("home:add"),
        "icon": "plus",
        "dialog": True,
    }
    load: dict[str, object] = {"label": gettext("Import a file"), "url": reverse("capture:imports"), "icon": "upload"}
    add["primary"] = True
    offered = (("lead.create", add), ("import.run", load))
    return [step for action, step in offered if actor.may(action)]


def _count(rows: LeadSet) -> int:
    return rows.order_by()[:CAP].count()


def _owners(actor: Principal) -> list[User]:
    return list(User.objects.visible_to(actor).filter(is_active=True).order_by("full_name"))


@require_safe
@allowed("lead.export")
def export(request: HttpRequest, actor: Principal) -> HttpResponseBase:
    """Exactly the filtered list, in its order, as CSV that is safe to open or as XLSX."""
    own = own_list(Lead, request.GET, now=actor.at or timezone.now(), zone=workspace.zone())
    rows = leads.leads_matching(actor, read_filter(request.GET, actor, own))
    return _file(request, rows, actor, own)


@require_POST
@allowed("lead.export")
def export_chosen(request: HttpRequest, actor: Principal) -> HttpResponseBase:
    own = own_list(Lead, request.GET, now=actor.at or timezone.now(), zone=workspace.zone())
    return _file(request, _chosen(request, actor), actor, own)


def _file(request: HttpRequest, rows: LeadSet, actor: Principal, own: OwnList) -> HttpResponseBase:
    if own.sort is not None:
        ordered = leads.every_by_own(rows, own.sort, down=own.down)
    else:
        ordered = leads.every_of(rows, sort=read_sort(request.GET))
    headings, lines = table_of(ordered, actor=actor, language=get_language() or "en", now=actor.at or timezone.now())
    cells = ([_word(name, cell) for name, cell in zip(headings, line, strict=True)] for line in lines)
    words = [gettext(word) if word in HEADINGS else word for word in headings]
    if request.GET.get("as") == "xlsx":
        file = BytesIO()
        write_xlsx(file, words, cells)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename="leads.xlsx")
    return _csv(words, cells)


def _csv(words: list[str], cells: Iterator[list[str]]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(csv_safe(words, cells), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="leads.csv"'
    return response


def _word(heading: str, cell: str) -> str:
    """Codes as the list shows them."""
    words = {"Stage": stage_label, "Temperature": temperature_label, "Work status": work_status}
    return words[heading](cell) if cell and heading in words else cell


def _chosen(request: HttpRequest, actor: Principal) -> LeadSet:
    """The ticked rows that the actor sees; anything else in the form is nobody's lead."""
    ids = []
    for value in request.POST.getlist("pick")[:CHOSEN]:
        try:
            ids.append(UUID(value))
        except ValueError:
            continue
    return Lead.objects.visible_to(actor).filter(public_id__in=ids)


@require_POST
@allowed("lead.assign")
def assign_chosen(request: HttpRequest, actor: Principal) -> HttpResponse:
    owner = find(actor, "lead.assign", User, public_id=request.POST.get("owner", ""))
    chosen = list(_chosen(request, actor).select_related("person"))
    try:
        act = home.assign_leads(chosen, owner=owner, by=actor, now=timezone.now())
    except Refusal as refusal:
        tell(request, str(refusal))
    else:
        said = ngettext("%(count)s lead given to %(name)s.", "%(count)s leads given to %(name)s.", len(chosen))
        done(request, said % {"count": len(chosen), "name": owner}, act)
    return redirect(next_of(request, reverse("home:leads")))


@require_POST
@allowed("lead.qualify")
def disqualify_chosen(request: HttpRequest, actor: Principal) -> HttpResponse:
    authorize(actor, "lead.qualify")
    chosen = list(_chosen(request, actor).select_related("person"))
    try:
        act = home.disqualify_leads(chosen, reason=request.POST.get("reason", ""), by=actor, now=timezone.now())
    except Refusal as refusal:
        tell(request, str(refusal))
    else:
        said = ngettext("%(count)s lead disqualified.", "%(count)s leads disqualified.", len(chosen))
        done(request, said % {"count": len(chosen)}, act)
    return redirect(next_of(request, reverse("home:leads")))
