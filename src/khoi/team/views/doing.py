"""What settings pages have in common: a form that does one verb, with its Undo, or says what is wrong."""

from collections.abc import Callable
from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from khoi.design.views import tell
from khoi.history import services as history
from khoi.kit.refusals import Refusal
from khoi.team.forms import refuse
from khoi.team.rules import Principal


def done(
    request: HttpRequest, actor: Principal, form: forms.Form, verb: str, do: Callable[[datetime], object], said: str
) -> bool:
    """Whether the form was sent, was right, and ``do`` did it: one act, told with its Undo.

    Else it was not sent, or what is wrong stands at its field.
    """
    if request.method != "POST" or not form.is_valid():
        return False
    now = timezone.now()
    try:
        with history.act(verb, by=actor, now=now) as act:
            do(now)
    except Refusal as refusal:
        refuse(form, refusal)
        return False
    tell(request, said, act_id=act.pk if act.position is not None else None)
    return True


def question(
    request: HttpRequest, form: forms.Form, *, title: str, label: str, back: str, text: str = ""
) -> HttpResponse:
    """The form on a page of its own, or in a dialog; 422 when what was typed is not right."""
    context = {
        "title": title,
        "text": text,
        "form": form,
        "action_url": request.get_full_path(),
        "action_label": label,
        "back_url": back,
    }
    return render(request, "design/confirm_page.html", context, status=422 if form.is_bound else 200)
