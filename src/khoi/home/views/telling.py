"""What a page says after it did something, and questions on a page or in a dialog."""

from collections.abc import Callable, Mapping

from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from khoi.custom import services as custom
from khoi.custom.forms import add_fields, clash_words, form_name
from khoi.custom.queries import own_fields, values_of
from khoi.design.forms import add_clash
from khoi.design.views import tell
from khoi.history.models import Act
from khoi.history.services import Stale
from khoi.home.forms.facts import AgainstShown
from khoi.kit.refusals import Refusal
from khoi.people import services as people
from khoi.people.models import Person


def done(request: HttpRequest, said: str, act: Act) -> None:
    """Say it with an Undo; an act that changed nothing is not spoken of."""
    if act.position is not None:
        tell(request, said, act_id=act.pk)


def saved(request: HttpRequest, form: AgainstShown, write: Callable[[], Act], **fields: str) -> bool:
    """Write what was sent and say so; False when nothing was, or it is not right, or somebody was quicker, which then
    stands at the field. ``fields``: see ``refuse``."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act = write()
    except Refusal as refusal:
        refuse(form, refusal, **fields)
    except Stale as met:
        show_clash(form, met)
    else:
        done(request, _("Saved."), act)
        return True
    return False


def ask(
    request: HttpRequest,
    form: Form,
    *,
    title: str,
    action: str,
    back: str,
    text: str = "",
    danger: bool = False,
    columns: bool = False,
    hidden: Mapping[str, object] | None = None,
) -> HttpResponse:
    """The question, in a dialog or on a page of its own; 422 when the answer given was not right, 409 when somebody was
    quicker. Long forms of short fields stand in ``columns``."""
    context = {
        "title": title,
        "text": text,
        "action_url": request.get_full_path(),
        "action_label": action,
        "back_url": back,
        "danger": danger,
        "columns": columns,
        "form": form,
        "hidden": dict(hidden or {}),
    }
    overtaken = isinstance(form, AgainstShown) and form.overtaken
    return render(request, "home/ask.html", context, status=409 if overtaken else 422 if form.errors else 200)


def claim(request: HttpRequest, record: Model, changes: Mapping[str, object], named: str = "version") -> None:
    """Hold the record under the version the form was opened with. Raises ``Stale``; nothing to hold without one."""
    version = request.POST.get(named, "")
    if changes and version.isascii() and version.isdigit() and len(version) < 19:
        if isinstance(record, Person):
            people.claim_version(record, version=int(version), changes=changes)
        else:
            custom.claim_version(record, version=int(version), changes=changes)


def as_shown(initial: Mapping[str, object]) -> dict[str, object]:
    """Hidden fields that say what a form showed, so that only what was typed over counts as changed."""
    return {f"initial-{name}": "" if value is None else value for name, value in initial.items()}


def with_own_fields(form: Form, record: Model) -> dict[str, str]:
    """Inputs for the record's own fields behind those of the form, and what they show."""
    fields = own_fields(record)
    return add_fields(form, fields, values_of([record], fields).get(record.pk) if fields else None)


def show_clash(form: AgainstShown, stale: Stale) -> None:
    """What stood there, what stands there now and what was typed, side by side at the field."""
    form.overtaken = True
    for name, clash in stale.clashing.items():
        mine, theirs, base = (clash_words(form, name, value) for value in (clash.mine, clash.theirs, clash.base))
        add_clash(form, form_name(name), mine=mine, theirs=theirs, base=base)


def refuse(form: Form, refusal: Refusal, **fields: str) -> None:
    """Show the refusal at the field it is about; ``fields`` names those that are called otherwise in the form."""
    name = form_name(fields.get(refusal.field, refusal.field))
    form.add_error(name if name in form.fields else None, str(refusal))
