"""What settings pages have in common: a form that does one verb, with its Undo, or says what is wrong."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from khoi.design.views import tell
from khoi.history import services as history
from khoi.history.queries import version_of
from khoi.kit.refusals import Refusal
from khoi.team.forms import refuse, show_clash
from khoi.team.rules import Principal
from khoi.team.views.gate import shown_version


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


def changed(
    request: HttpRequest,
    actor: Principal,
    form: forms.Form,
    verb: str,
    record: models.Model,
    write: Callable[[dict[str, Any], datetime], object],
    said: str,
) -> bool:
    """``done`` for a form that shows a record and changes it, under the version it was opened with (``question`` with
    the same ``record``): ``write`` gets what was typed over. What somebody else made of the same field meanwhile stands
    at it, and nothing is written."""

    def do(now: datetime) -> None:
        typed = dict(form.cleaned_data)
        version = shown_version(request) or version_of(record)  # without one, whoever asks means every field
        write(history.claim_version(record, version=version, changes=typed, whole=True), now)

    try:
        return done(request, actor, form, verb, do, said)
    except history.Stale as stale:
        show_clash(form, stale)
        return False


def question(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    label: str,
    back: str,
    text: str = "",
    record: models.Model | None = None,
    delete_url: str = "",
) -> HttpResponse:
    """The form on a page of its own, or in a dialog; 422 when what was typed is not right, 409 when somebody was
    quicker. ``record``: the one it changes, whose version goes along."""
    clash = any(hasattr(field, "clash") for field in form.fields.values())
    context = {
        "hidden": {"next": back} | ({} if record is None else {"version": version_of(record)}),
        "delete_url": delete_url,
        "title": title,
        "text": text,
        "form": form,
        "action_url": request.get_full_path(),
        "action_label": label,
        "back_url": back,
    }
    status = 409 if clash else 422 if form.is_bound else 200
    return render(request, "design/confirm_page.html", context, status=status)
