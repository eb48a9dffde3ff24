"""Two people who may be one: the pairs that wait for a look, side by side, merged or told apart."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from khoi.design.views import tell
from khoi.home.queries.merging import MERGE, compare, pair_of
from khoi.home.queries.pairs import Pair, pair_of_two, pairs_waiting, twins_of, waiting
from khoi.home.queries.people import people_matching, person_rows
from khoi.home.views.telling import done
from khoi.people import services as people
from khoi.people.models import Person
from khoi.people.queries import choosable
from khoi.people.rules.merging import Side
from khoi.team.queries import Hidden, find
from khoi.team.rules import Principal
from khoi.team.views import allowed, next_of

#: So many are offered when somebody is looked for to merge with.
MOST = 8
#: So many pairs stand on the page; the next ones follow when these are looked at.
ON_A_PAGE = 25


def side_by_side(survivor: Person, loser: Person) -> str:
    """The address of the page that compares the two."""
    return f"{reverse('home:merge')}?{urlencode({'a': str(survivor.public_id), 'b': str(loser.public_id)})}"


@require_safe
@allowed(MERGE)
def duplicates(request: HttpRequest, actor: Principal) -> HttpResponse:
    pairs = waiting(actor)
    shown = pairs[:ON_A_PAGE]
    everybody = {row.person.pk: row for row in person_rows(_people(shown), actor)}
    rows = [
        {"pair": pair, "both": [everybody[pair.first_id], everybody[pair.second_id]], "url": _address(pair)}
        for pair in shown
    ]
    return render(
        request, "home/duplicates.html", {"rows": rows, "count": pairs_waiting(actor), "more": len(pairs) > ON_A_PAGE}
    )


def _people(pairs: list[Pair]) -> list[Person]:
    return list({one.pk: one for pair in pairs for one in (pair.first, pair.second)}.values())


def _address(pair: Pair) -> str:
    return side_by_side(pair.first, pair.second)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(MERGE)
def merge(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Compares the two of the address, ``a`` who stays and ``b``; sent, it merges them."""
    survivor, loser = pair_of(actor, request.GET.get("a", ""), request.GET.get("b", ""))
    if survivor.pk == loser.pk:
        raise Hidden
    if request.method == "POST":
        return _merge(request, actor, survivor, loser)
    if survivor.merged_into_id or loser.merged_into_id:
        return redirect("home:person", (survivor.merged_into or survivor).public_id)
    pair = pair_of_two(survivor, loser)
    rows = {row.person.pk: row for row in person_rows([survivor, loser], actor)}
    context = {
        "survivor": survivor,
        "loser": loser,
        "mine": rows[survivor.pk],
        "theirs": rows[loser.pk],
        "found": compare(survivor, loser, wanted={}, actor=actor),
        "pair": pair,
        "turned": side_by_side(loser, survivor),
        "back": next_of(request, reverse("home:duplicates")),
    }
    return render(request, "home/merge.html", context)


def _merge(request: HttpRequest, actor: Principal, survivor: Person, loser: Person) -> HttpResponse:
    chosen = {name: request.POST.get(name, "") for name in choosable()}
    choices = {name: cast("Side", side) for name, side in chosen.items() if side in ("survivor", "loser")}
    merged = people.merge_people(survivor, loser=loser, choices=choices, by=actor, now=timezone.now())
    names = {"loser": loser.full_name or _("No name yet"), "survivor": survivor.full_name or _("No name yet")}
    if merged.already or merged.act is None:
        tell(request, _("They are one already."))
    else:
        done(request, _("Merged %(loser)s into %(survivor)s.") % names, merged.act)
    return redirect("home:person", (survivor.merged_into or survivor).public_id)


@require_POST
@allowed(MERGE)
def tell_apart(request: HttpRequest, actor: Principal) -> HttpResponse:
    one, other = pair_of(actor, request.POST.get("a", ""), request.POST.get("b", ""))
    if one.pk == other.pk:
        raise Hidden
    act = people.tell_apart(one, other, by=actor, now=timezone.now())
    done(request, _("Noted: these are two people."), act)
    following = waiting(actor)
    onwards = _address(following[0]) if following and request.POST.get("onwards") else reverse("home:duplicates")
    return redirect(next_of(request, onwards))


@require_safe
@allowed(MERGE)
def merge_with(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    """Whom to merge somebody with: those who may be the same, and whoever is looked for."""
    person = find(actor, MERGE, Person, public_id=public_id)
    text = request.GET.get("q", "")[:100].replace("\0", "")
    hits = people_matching(actor, text).exclude(pk=person.pk).order_by("-pk")[:MOST] if text.strip() else []
    offered: list[dict[str, Any]] = [
        {"row": row, "url": side_by_side(person, row.person)} for row in person_rows(hits, actor)
    ]
    twins = [{"twin": twin, "url": side_by_side(person, twin.person)} for twin in twins_of(person, actor)]
    return render(request, "home/merge_with.html", {"person": person, "q": text, "offered": offered, "twins": twins})
