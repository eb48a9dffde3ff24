"""What a move still needs: the form that hangs from the card, or stands on a page of its own."""

from collections.abc import Iterable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from khoi.design.views import tell
from khoi.history.models import Act
from khoi.pipeline.models import Opportunity, PipelineStage

#: A form that already hangs from a card is filled anew inside the card.
INSIDE = {"HX-Retarget": "closest .gateform", "HX-Reselect": ".gateform > form", "HX-Reswap": "innerHTML"}


def done(request: HttpRequest, said: str, act: Act) -> None:
    """Say it with an Undo; an act that changed nothing is not spoken of."""
    if act.position is not None:
        tell(request, said, act_id=act.pk)


def is_part(request: HttpRequest) -> bool:
    """Whether the board asked with its script, and not a browser for a page."""
    return request.headers.get("HX-Request") == "true"


def ask(
    request: HttpRequest, deal: Opportunity, stage: PipelineStage, form: Form, *, missing: Iterable[str] = ()
) -> HttpResponse:
    """422 with the form that asks for what is missing, and carries the move along."""
    context: dict[str, Any] = {
        "deal": deal,
        "stage": stage,
        "form": form,
        "missing": list(missing),
        "move_url": request.get_full_path(),
        "version": request.POST.get("version", ""),
        "back_url": request.POST.get("next") or reverse("pipeline:board"),
        "next": request.POST.get("next", ""),
        "board": request.POST.get("board", ""),
    }
    template = "pipeline/gateform.html" if is_part(request) else "pipeline/gate.html"
    headers = INSIDE if request.POST.get("hung") else {}
    response = render(request, template, context, status=422)
    for name, value in headers.items():
        response[name] = value
    return response
