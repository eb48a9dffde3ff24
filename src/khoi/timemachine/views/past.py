"""Any page as of an earlier day: ``?as_of=2026-03-31&known=now``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khoi.accounts.models import Account
from khoi.design.templatetags import formats
from khoi.history.queries import TooManyDiffer
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.pipeline.models import Opportunity
from khoi.reports.queries.asking import end_of
from khoi.team.queries import Hidden
from khoi.team.rules import Principal
from khoi.timemachine import services
from khoi.timemachine.queries import past, telling, words
from khoi.timemachine.queries.gone import deleted_row as gone_since
from khoi.timemachine.queries.standing import seen as seen_today
from khoi.timemachine.queries.then import FIRST, MOST, TABLES
from khoi.timemachine.views.carrying import carried, leading
from khoi.workspace import queries as workspace

Page = Callable[[Principal], HttpResponseBase]

#: Pages that are shown over the rows of then: the name of their route → the kind of page, as ``TABLES`` knows it.
PAGES: Final = {
    "home:today": "home",
    "home:search": "search",
    "home:leads": "leads",
    "home:export_leads": "leads",
    "home:people": "people",
    "home:accounts": "accounts",
    "pipeline:board": "deals",
    "pipeline:list": "deals",
    "pipeline:export": "deals",
    "activities:tasks": "tasks",
}
RECORDS: Final = {name: model for model, name in telling.PAGES.items()}
#: Lists that are told plainly, a part at a time, where too much has changed since to put all of it together.
LISTS: Final[dict[str, tuple[type[models.Model], Any]]] = {
    "home:leads": (Lead, gettext_lazy("Leads")),
    "home:people": (Person, gettext_lazy("People")),
    "home:accounts": (Account, gettext_lazy("Accounts")),
    "pipeline:list": (Opportunity, gettext_lazy("Deals")),
}
#: Routes that read the day themselves.
BY_THEMSELVES: Final = "reports:"
#: Answers that lead elsewhere; of a past day no browser is to keep them.
WAYS: Final = frozenset({301, 302})
LINES: Final = 50
FARTHEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Past:
    """What a page of the past says over itself. ``known``: now, what we know today about that day; then, what we
    showed that day. The addresses lead to the same page by the other knowledge, and of today."""

    day: date
    known: str
    known_url: str
    today_url: str

    @property
    def asked(self) -> dict[str, str]:
        return {"as_of": self.day.isoformat(), "known": self.known}


def leads_back(route: str) -> bool:
    """Whether the page behind the route can be looked at as of a day."""
    return route in PAGES or route in RECORDS or route == "reports:index"


def page_of_the_past(request: HttpRequest, actor: Principal, page: Page) -> HttpResponseBase | None:
    """Instead of the page of today what was there at the end of the day ``as_of``, read-only, with today's rights.

    None where the page of today is to be shown; when not for want of a day, it says why (``request.no_past``). The
    setting ``KHOI_PAST`` names it for the gate.
    """
    match, asked = request.resolver_match, request.GET.get("as_of", "")
    route = match.view_name if match is not None else ""
    if match is None or not asked or route.startswith(BY_THEMSELVES):
        return None
    day = _day(asked)
    if (problem := _problem(actor, route, day, asked)) or day is None:
        _show_today(request, problem)
        return None
    request.past = seen = _past(request, day)  # type: ignore[attr-defined]
    if route in RECORDS:
        answer: HttpResponseBase = _record(request, actor, RECORDS[route], match.kwargs["public_id"], page)
    else:
        answer = _looked_back(request, actor, route, page)
    return _carried(answer, seen, request.path)


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


def _problem(actor: Principal, route: str, day: date | None, asked: str) -> str:
    """Why the page of that day cannot be shown; "" when it can."""
    if day is None:
        return _("“%(day)s” is no day. A day is written like 2026-03-31.") % {"day": asked[:40]}
    if day > workspace.today(timezone.now()):
        return _("%(day)s is still to come.") % {"day": formats.full_day(day)}
    if day < FIRST:
        return _("Nothing is known of days before 1900.")
    if not leads_back(route):
        return _("This page cannot be looked at as of an earlier day.")
    if not actor.may("act.view"):
        return _("Earlier days are for the staff to look at.")
    return ""


def _show_today(request: HttpRequest, problem: str) -> None:
    """The page of today, which says so over itself and forgets the day."""
    request.no_past = problem  # type: ignore[attr-defined]
    request.GET = _without_day(request)  # type: ignore[assignment]


def _without_day(request: HttpRequest) -> QueryDict:
    query = request.GET.copy()
    for name in ("as_of", "known"):
        query.pop(name, None)
    return QueryDict(query.urlencode())


def _past(request: HttpRequest, day: date) -> Past:
    known = "then" if request.GET.get("known") == "then" else "now"
    query = _without_day(request).copy()
    for name in ("after", "from", "page"):  # places in a list, which is another one on another day
        query.pop(name, None)
    today = query.urlencode()
    query["as_of"], query["known"] = day.isoformat(), "now" if known == "then" else "then"
    return Past(day, known, f"?{query.urlencode()}", f"{request.path}?{today}" if today else request.path)


def _record(
    request: HttpRequest, actor: Principal, model: type[models.Model], public_id: UUID, page: Page
) -> HttpResponseBase:
    """The record's own page. Who was merged since stood for themselves; what was deleted since was there."""
    record = seen_today(model, actor).filter(public_id=public_id).first()
    gone = gone_since(model, public_id, actor) if record is None else None
    if record is None and gone is None:
        raise Hidden
    seen: Past = request.past  # type: ignore[attr-defined]
    pk = record.pk if record is not None else gone.row_id if gone is not None else 0
    with services.looking_back_at(model, pk, actor, end_of(seen.day), known=seen.known) as then:
        if then is not None:
            return _read(page(then))
    named = record is not None and (record.person if isinstance(record, Lead) else record)
    return render(request, "timemachine/not_there.html", {"name": str(named or ""), "record_url": request.path})


def _looked_back(request: HttpRequest, actor: Principal, route: str, page: Page) -> HttpResponseBase:
    seen: Past = request.past  # type: ignore[attr-defined]
    try:
        with services.looking_back(actor, end_of(seen.day), known=seen.known, tables=TABLES[PAGES[route]]) as then:
            return _read(page(then))
    except TooManyDiffer:
        if route in LISTS:
            return _plain_list(request, actor, *LISTS[route], seen)
        text = _("More than %(count)s records have changed since that day, too many to put this page together.")
        return render(request, "design/422.html", {"text": text % {"count": formats.number(MOST)}}, status=422)


def _read(answer: HttpResponseBase) -> HttpResponseBase:
    """A file is read to its end while the rows of then are there."""
    if not isinstance(answer, StreamingHttpResponse) or answer.is_async:
        return answer
    content: Any = answer.streaming_content
    return HttpResponse(b"".join(content), status=answer.status_code, headers=dict(answer.items()))


def _plain_list(
    request: HttpRequest, actor: Principal, model: type[models.Model], title: Any, seen: Past
) -> HttpResponse:
    given = request.GET.get("page", "")
    page = min(int(given), FARTHEST) if given.isascii() and given.isdecimal() and 0 < len(given) < 9 else 1
    found = past.list_as_of(model, actor, end_of(seen.day), known=seen.known, page=max(page, 1), size=LINES)
    context = {
        "title": title,
        "most": MOST,
        "heads": [words.field_words(name) for name in past.COLUMNS[model]],
        "rows": found.lines,
        "next_url": f"?page={page + 1}" if found.more and page < FARTHEST else "",
    }
    return render(request, "timemachine/past_list.html", context)


def _carried(answer: HttpResponseBase, seen: Past, here: str) -> HttpResponseBase:
    """Of a page its links lead to the same day; so does a way to another page."""
    if answer.status_code in WAYS:
        return HttpResponseRedirect(leading(answer["Location"], seen.asked))
    if isinstance(answer, HttpResponse) and answer.get("Content-Type", "").startswith("text/html"):
        answer.content = carried(answer.content.decode(), seen.asked, here=here, known=leads_back)
    return answer
