"""Settings: the scorecard in words, and the form that publishes its next version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from khoi.kit.fold import words
from khoi.leads.fields import in_words
from khoi.scoring import services
from khoi.scoring.forms import ScorecardForm
from khoi.scoring.models import Scorecard
from khoi.scoring.queries import TOUCH_FIELDS, published
from khoi.team.queries import Hidden
from khoi.team.rules import Principal
from khoi.team.views import allowed
from khoi.team.views.doing import done
from khoi.touchpoints.models import TouchKind
from khoi.workspace import queries as workspace


@dataclass(frozen=True, slots=True)
class Sentence:
    """A rule in words; ``points`` and ``cap`` are fields in the form, None on the page that only tells.

    ``when``: what it looks at, "" when the name says that already.
    """

    name: str
    when: str
    worth: int
    at_most: int | None
    points: BoundField | None = None
    cap: BoundField | None = None


@require_safe
@allowed("rules.view")
def scorecard(request: HttpRequest, actor: Principal) -> HttpResponse:
    card = _published()
    context = _told(card) | {
        "versions": Scorecard.objects.visible_to(actor).order_by("-published_at", "-id")[:20],
        "may_edit": actor.may("rules.edit"),
    }
    return render(request, "scoring/scorecard.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("rules.edit")
def edit_scorecard(request: HttpRequest, actor: Principal) -> HttpResponseBase:
    """The next version; publishing it scores every lead anew, and undo goes back to the one before."""
    card = _published()
    form = ScorecardForm(card, request.POST or None)

    def publish(now: datetime) -> None:
        half_life = form.cleaned_data["half_life_days"]
        services.publish_scorecard(
            half_life_days=half_life, entries=form.entries(), grades=form.grades(), by=actor, now=now
        )

    if done(request, actor, form, "publish_scorecard", publish, _("The scorecard is published.")):
        return redirect("scoring:scorecard")
    context = _told(card, form) | {"form": form}
    return render(request, "scoring/edit_scorecard.html", context, status=422 if form.is_bound else 200)


def _published() -> Scorecard:
    card = published()
    if card is None:
        raise Hidden
    return card


def _told(card: Scorecard, form: ScorecardForm | None = None) -> dict[str, Any]:
    told = [(entry["axis"], _sentence(entry, form)) for entry in card.rules]
    return {
        "card": card,
        "engagement": [line for axis, line in told if axis == "engagement"],
        "fit": [line for axis, line in told if axis == "fit"],
        "grades": [(letter, least, form[f"grade_{letter}"] if form else None) for letter, least in card.grades.items()],
    }


def _sentence(entry: dict[str, Any], form: ScorecardForm | None) -> Sentence:
    language = (get_language() or "vi")[:2]
    name = entry.get("name_vi") if language == "vi" else ""
    capped = form is not None and entry["axis"] == "engagement"
    name, when = name or entry.get("name", entry["id"]), _when(entry, language)
    return Sentence(
        name=name,
        when="" if set(words(when)) <= set(words(name)) else when,
        worth=entry["points"],
        at_most=entry.get("cap"),
        points=form[f"points_{entry['id']}"] if form else None,
        cap=form[f"cap_{entry['id']}"] if form and capped else None,
    )


def _when(entry: dict[str, Any], language: str) -> str:
    """What the rule looks at, as a sentence."""
    if entry["axis"] == "fit":
        return in_words(entry["condition"], language=language, zone=workspace.zone())
    kind = entry.get("touch_kind")
    label = str(TouchKind(kind).label) if kind in TouchKind.values else str(kind or _("Anything they do"))
    if not entry.get("condition"):
        return label
    asked = in_words(entry["condition"], language=language, zone=workspace.zone(), fields=TOUCH_FIELDS, capital=False)
    return f"{label}: {asked}"
