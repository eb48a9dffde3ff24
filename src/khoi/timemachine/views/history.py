"""Pages of history: all acts, one act, one record, and the question before something is taken back."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from khoi.accounts.models import Account
from khoi.design.views import tell
from khoi.history.models import Act
from khoi.history.queries import how_many
from khoi.history.services import Refused, Undone
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.pipeline.models import Opportunity
from khoi.team.models import User
from khoi.team.queries import Forbidden, Hidden, find
from khoi.team.rules import Principal
from khoi.team.views import allowed, next_of
from khoi.timemachine import services
from khoi.timemachine.queries import binned, gone, listing, sight, telling, words

#: What the address calls a record → its table.
RECORDS: Final[dict[str, type[models.Model]]] = {
    "lead": Lead,
    "person": Person,
    "account": Account,
    "deal": Opportunity,
}


@require_safe
@allowed("act.view")
def history(request: HttpRequest, actor: Principal) -> HttpResponse:
    wanted = listing.Wanted(who=request.GET.get("who", ""), verb=request.GET.get("verb", ""))
    part = listing.acts_for(actor, wanted, before=_position(request))
    chosen = {"who": wanted.who, "verb": wanted.verb}
    context = {
        "entries": part.entries,
        "next_url": _next_url(part.next, chosen),
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "users": User.objects.visible_to(actor).order_by("full_name"),
        "verbs": sorted(((code, str(label)) for code, label in words.VERBS.items()), key=lambda pair: pair[1]),
    }
    return render(request, "timemachine/history.html", context)


@require_safe
@allowed("act.view")
def bin_page(request: HttpRequest, actor: Principal) -> HttpResponse:
    """What was deleted, and the way back."""
    q = request.GET.get("q", "")[:100].replace("\0", "").strip()
    part = binned.binned_for(actor, q=q, before=_position(request))
    may_erase = actor.may("person.erase") and actor.visibility == "all"
    context = {"entries": part.entries, "may_erase": may_erase, "q": q, "next_url": _next_url(part.next, {"q": q})}
    return render(request, "timemachine/bin.html", context)


def gone_page(request: HttpRequest, actor: Principal) -> HttpResponse | None:
    """Instead of “nothing stands here”: who deleted the record of this address and when, for those who may restore it.

    The setting ``KHOI_GONE`` names it for the gate, which stands below.
    """
    match = request.resolver_match
    kinds = {name: model for model, name in telling.PAGES.items()}
    model = kinds.get(match.view_name) if match is not None else None
    if match is None or model is None or not actor.may("act.undo"):
        return None
    act = gone.deletion_of(model, match.kwargs["public_id"], actor)
    if act is None or not sight.may_take_back(actor, act):
        return None
    told = gone.names_in([act], actor).get(act.pk, gone.Names([], 0))
    context = {
        "act": act,
        "name": told.names[0] if len(told.names) == 1 and not told.hidden else "",
        "erase_url": _erase_url(actor, match.kwargs["public_id"]) if model is Person else "",
    }
    return render(request, "timemachine/gone.html", context, status=410)


def _erase_url(actor: Principal, public_id: UUID) -> str:
    return reverse("privacy:erase", args=[public_id]) if actor.may("person.erase") else ""


def _position(request: HttpRequest) -> int | None:
    given = request.GET.get("before", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else None


def _next_url(position: int | None, chosen: dict[str, str]) -> str:
    if position is None:
        return ""
    kept = {name: value for name, value in chosen.items() if value}
    return "?" + urlencode({**kept, "before": str(position)})


@require_safe
@allowed("act.view")
def act_page(request: HttpRequest, actor: Principal, act_id: int) -> HttpResponse:
    act = sight.find_act(actor, act_id)
    subject, subject_url = telling.subject_of(act, actor)
    context = {
        "act": act,
        "told": telling.tell_act(act, actor),
        "subject": subject,
        "subject_url": subject_url,
        "undone_by": act.undone_by,
        "may_undo": act.undone_by_id is None and bool(sight.may_ask(actor, [act])),
        "parts": telling.parts_told(act, actor),
        "people_gone": gone.people_in(act) if actor.may("person.erase") and actor.visibility == "all" else [],
    }
    return render(request, "timemachine/act.html", context)


@require_safe
@allowed("act.view")
def record_page(request: HttpRequest, actor: Principal, kind: str, public_id: str) -> HttpResponse:
    model = RECORDS.get(kind)
    if model is None:
        raise Hidden
    record = find(actor, "act.view", model, public_id=public_id)
    context = {
        "told": telling.tell_record(record, actor),
        "name": str(record.person) if isinstance(record, Lead) else str(record),
        "erased_at": getattr(record, "erased_at", None),
        "back_url": reverse(telling.PAGES[model], args=[public_id]),
    }
    return render(request, "timemachine/record.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("act.undo")
def undo(request: HttpRequest, actor: Principal, act_id: int) -> HttpResponseBase:
    act = sight.find_act(actor, act_id)
    if not sight.may_take_back(actor, act):
        raise Forbidden("act.undo_others")
    if request.method != "POST":
        return _question(request, actor, act)
    alone = bool(request.POST.get("alone"))
    agreed = _agreed(request)
    now = timezone.now()
    try:
        undone = services.undo(act, by=actor, now=now, with_dependents=agreed is not None, agreed=agreed, alone=alone)
    except Refused as refused:
        return _refused(request, actor, act, refused)
    return _done(request, act, undone)


def _agreed(request: HttpRequest) -> list[int] | None:
    """The dependents that were shown; None when none were."""
    if "agreed" not in request.POST:
        return None
    return [int(part) for part in request.POST["agreed"].split() if part.isascii() and part.isdecimal()]


def _done(request: HttpRequest, act: Act, undone: Undone) -> HttpResponseBase:
    count = how_many(undone.undone)
    said = ngettext("Undone.", "%(count)d acts undone.", count) % {"count": count}
    if undone.kept:
        kept = ngettext("%(count)d row has to stay.", "%(count)d rows have to stay.", undone.kept)
        said = f"{said} {kept % {'count': undone.kept}}"
    if undone.erased:
        said = f"{said} {words.left_words(undone.erased)}"
    if undone.stays:
        said = f"{said} {words.staying_words(len(undone.stays))}"
    tell(request, said, act_id=undone.act.pk)
    return redirect(next_of(request, reverse("timemachine:act", args=[act.pk])))


def _refused(request: HttpRequest, actor: Principal, act: Act, refused: Refused) -> HttpResponseBase:
    if refused.reason == "dependents":
        return _question(request, actor, act, dependents=refused.dependents)
    messages.error(request, words.refusal_words(refused.reason))
    return redirect(next_of(request, reverse("timemachine:act", args=[act.pk])))


def _question(
    request: HttpRequest, actor: Principal, act: Act, *, dependents: tuple[int, ...] = ()
) -> HttpResponseBase:
    """Asks, and names what would go along; what the actor may not know of is only counted, and stands in the way."""
    known, hidden = sight.known_of(actor, dependents)
    context: dict[str, Any] = {
        "act": act,
        "later": known,
        "hidden": hidden,
        "agreed": " ".join(str(act.pk) for act in known),
        "next": next_of(request, ""),
        "alone": (request.POST if request.method == "POST" else request.GET).get("alone", ""),
    }
    return render(request, "timemachine/undo.html", context, status=409 if dependents else 200)
