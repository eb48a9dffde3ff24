"""What a page says after it did something, and questions on a page or in a dialog."""

from collections.abc import Mapping

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from khoi.design.views import tell
from khoi.history.models import Act
from khoi.kit.refusals import Refusal


def done(request: HttpRequest, said: str, act: Act) -> None:
    """Say it with an Undo; an act that changed nothing is not spoken of."""
    if act.position is not None:
        tell(request, said, act_id=act.pk)


def ask(
    request: HttpRequest,
    form: Form | None,
    *,
    title: str,
    action: str,
    back: str,
    text: str = "",
    danger: bool = False,
    hidden: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The question, in a dialog or on a page of its own; 422 when the answer given was not right."""
    context = {
        "title": title,
        "text": text,
        "action_url": request.get_full_path(),
        "action_label": action,
        "back_url": back,
        "danger": danger,
        "form": form,
        "hidden": dict(hidden or {}),
    }
    return render(request, "design/confirm_page.html", context, status=422 if form is not None and form.errors else 200)


def refuse(form: Form, refusal: Refusal, **fields: str) -> None:
    """Show the refusal at the field it is about; ``fields`` names those that are called otherwise in the form."""
    name = fields.get(refusal.field, refusal.field)
    form.add_error(name if name in form.fields else None, str(refusal))
