"""Everybody looked through at once: the scan, and those who may be one person together."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from khoi.design.views import tell
from khoi.duplicates import services as duplicates
from khoi.duplicates.models import Run, ScanState
from khoi.duplicates.queries import Group, certain_groups, groups, is_installed, latest_merging, latest_scan
from khoi.home.queries.groups import groups_of, may_still_go
from khoi.home.queries.merging import MERGE
from khoi.home.queries.people import PersonRow, person_rows
from khoi.home.templatetags.pairs import merged_words
from khoi.home.views.merging import side_by_side
from khoi.kit.refusals import Refusal
from khoi.team.rules import Principal
from khoi.team.views import allowed

#: So many groups stand on the page; the next ones follow when these are looked at.
ON_A_PAGE: Final = 25
#: So many ticked groups are taken from one sending.
MOST_CHOSEN: Final = 500


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(MERGE)
def everybody(request: HttpRequest, actor: Principal) -> HttpResponse:
    """What the last scan found, and how far one is that runs; sent, it starts one."""
    if request.method == "POST":
        try:
            duplicates.start_scan(by=actor, now=timezone.now())
        except Refusal as refused:
            tell(request, str(refused))
        return redirect("home:everybody")
    scan = latest_scan()
    found = groups(actor, most=ON_A_PAGE)
    shown = found[:ON_A_PAGE]
    rows = {row.person.pk: row for row in person_rows([one for group in shown for one in group.members], actor)}
    merging = latest_merging(actor)
    context = {
        "scan": scan,
        "merging": merging,
        "merging_share": merging.done * 100 // merging.total if merging is not None and merging.total else 0,
        "may_undo": merging is not None and may_still_go(merging.act_id),
        "at_work": _at_work(scan) or _at_work(merging),
        "scanning": _at_work(scan),
        "share": min(100, scan.done * 100 // scan.total) if scan is not None and scan.total else 0,
        "missing": "" if is_installed() else str(Refusal("match_not_installed")),
        "more": len(found) > ON_A_PAGE,
        "groups": _shown(shown, rows),
    }
    return render(request, "home/everybody.html", context)


def _at_work(run: Run | None) -> bool:
    return run is not None and run.state in (ScanState.WAITING, ScanState.RUNNING)


def _shown(found: list[Group], rows: dict[int, PersonRow]) -> list[dict[str, Any]]:
    return [
        {
            "group": group,
            "ids": " ".join(str(one.public_id) for one in group.members),
            "members": [
                {"row": rows[one.pk], "url": "" if at == 0 else side_by_side(group.members[0], one)}
                for at, one in enumerate(group.members)
            ],
        }
        for group in found
    ]


@require_safe
@allowed(MERGE)
def certain(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Which groups would be merged without a look at each, and the question whether they shall."""
    found = certain_groups(actor)
    shown = found[:ON_A_PAGE]
    rows = {row.person.pk: row for row in person_rows([one for group in shown for one in group.members], actor)}
    context = {"count": len(found), "more": len(found) - len(shown), "groups": _shown(shown, rows)}
    return render(request, "home/certain.html", context)


@require_POST
@allowed(MERGE)
def merge_many(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The groups that were ticked, or all that are certain."""
    if request.POST.get("which") == "certain":
        chosen = [[one.pk for one in group.members] for group in certain_groups(actor)]
    else:
        chosen = groups_of([ids.split() for ids in request.POST.getlist("pick")[:MOST_CHOSEN]], actor)
    if chosen:
        run = duplicates.merge_groups(chosen, by=actor, now=timezone.now(), clock=timezone.now)
        if run.state == ScanState.DONE:
            tell(request, merged_words(run), act_id=run.act_id)
    else:
        tell(request, _("Tick the groups that are one person each."))
    return redirect("home:everybody")
