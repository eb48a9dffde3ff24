"""Search: the palette's answers, and a page of results for whoever comes without script."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from khoi.home.queries.search import Found, PersonHit, search
from khoi.home.views.framing import frame
from khoi.kit.phones import show_phone
from khoi.team.rules import Principal
from khoi.team.views import allowed


@require_safe
@allowed("search.view")
def find_anything(request: HttpRequest, actor: Principal) -> HttpResponse:
    """``?q=``; asked by htmx the options alone, else a page."""
    text = request.GET.get("q", "")[:100].replace("\0", "")
    if request.headers.get("HX-Request") != "true":
        context = {"q": text, "found": search(actor, text, most=30), "may_see_history": actor.may("act.view")}
        return render(request, "home/search.html", context)
    found = search(actor, text)
    groups = _groups(found) if text.strip() else []
    if not text.strip() or found.is_empty:
        groups = _commands(request, actor, text)
    return render(request, "design/palette_options.html", {"groups": groups, "q": text})


def _groups(found: Found) -> list[dict[str, Any]]:
    groups = [
        {"label": _("People"), "options": [_person(hit) for hit in found.people]},
        {
            "label": _("Accounts"),
            "options": [
                {"label": one.name, "url": reverse("home:account", args=[one.public_id]), "icon": "building"}
                for one in found.accounts
            ],
        },
        {
            "label": _("Deals"),
            "options": [
                {
                    "label": one.name,
                    "detail": one.account.name if one.account else one.person.full_name,
                    "url": reverse("pipeline:deal", args=[one.public_id]),
                    "icon": "pipeline",
                }
                for one in found.deals
            ],
        },
    ]
    return [group for group in groups if group["options"]]


def _person(hit: PersonHit) -> dict[str, Any]:
    """Goes to the lead when there is one, else to the person."""
    lead = hit.leads[0] if len(hit.leads) == 1 else None
    place = reverse("home:lead", args=[lead.public_id]) if lead else reverse("home:person", args=[hit.person.public_id])
    detail = hit.company or next((_shown(point.kind, point.normal) for point in hit.reach), "")
    return {
        "label": hit.person.full_name or detail or _("No name yet"),
        "detail": detail,
        "url": place,
        "icon": "drop" if hit.leads else "person",
        "stage": hit.leads[0].lifecycle_stage if hit.leads else "",
    }


def _shown(kind: str, normal: str) -> str:
    return show_phone(normal) if kind == "phone" else normal


def _commands(request: HttpRequest, actor: Principal, text: str) -> list[dict[str, Any]]:
    """What can be done and where one can go; with a text, those that say it."""
    asked = text.strip().casefold()
    do = [
        (_("Add a lead"), reverse("home:add"), "plus", "lead.create", True, "N"),
        (_("Add a task"), reverse("activities:add"), "task", "task.create", True, ""),
    ]
    acts = [
        {"label": label, "url": url, "icon": icon, "dialog": dialog, "key": key}
        for label, url, icon, action, dialog, key in do
        if actor.may(action) and asked in label.casefold()
    ]
    nav: Any = frame(request).get("nav", [])
    places = [
        {"label": item.label, "url": item.url, "icon": item.icon, "key": f"G {item.key.upper()}"}
        for item in nav
        if asked in item.label.casefold()
    ]
    groups = [{"label": _("Do"), "options": acts}, {"label": _("Go to"), "options": places}]
    return [group for group in groups if group["options"]]
