"""Everybody looked through at once: the scan, and those who may be one person together."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from khoi.design.views import tell
from khoi.duplicates import services as duplicates
from khoi.duplicates.models import ScanState
from khoi.duplicates.queries import groups, is_installed, latest_scan
from khoi.home.queries.merging import MERGE
from khoi.home.queries.people import person_rows
from khoi.home.views.merging import side_by_side
from khoi.kit.refusals import Refusal
from khoi.team.rules import Principal
from khoi.team.views import allowed

#: So many groups stand on the page; the next ones follow when these are looked at.
ON_A_PAGE = 25


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
    context = {
        "scan": scan,
        "at_work": scan is not None and scan.state in (ScanState.WAITING, ScanState.RUNNING),
        "share": min(100, scan.done * 100 // scan.total) if scan is not None and scan.total else 0,
        "missing": "" if is_installed() else str(Refusal("match_not_installed")),
        "more": len(found) > ON_A_PAGE,
        "groups": [
            {
                "group": group,
                "members": [
                    {"row": rows[one.pk], "url": "" if at == 0 else side_by_side(group.members[0], one)}
                    for at, one in enumerate(group.members)
                ],
            }
            for group in shown
        ],
    }
    return render(request, "home/everybody.html", context)
