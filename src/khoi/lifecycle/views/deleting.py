"""Deleting one record from its page, or chosen rows of a list: what goes along is said before it goes."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from khoi.accounts.models import Account, Contact
from khoi.activities.models import Activity, Task
from khoi.design.views import tell
from khoi.kit.refusals import Refusal
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.lifecycle.queries.going import RIGHTS, Model, going_with
from khoi.people.models import Person
from khoi.pipeline.models import Opportunity
from khoi.team.queries import find, visible
from khoi.team.rules import Principal
from khoi.team.views import allowed, next_of

#: Rows of a list that may be chosen at once.
CHOSEN: Final = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """``ask``: the question before one of them goes; ``home``: where one is afterwards."""

    model: Model
    ask: str | Promise
    home: str


KINDS: Final = {
    "lead": Kind(Lead, gettext_lazy("Delete this lead?"), "home:leads"),
    "person": Kind(Person, gettext_lazy("Delete this person?"), "home:people"),
    "account": Kind(Account, gettext_lazy("Delete this account?"), "home:accounts"),
    "opportunity": Kind(Opportunity, gettext_lazy("Delete this deal?"), "pipeline:list"),
    "task": Kind(Task, gettext_lazy("Delete this task?"), "activities:tasks"),
    "activity": Kind(Activity, gettext_lazy("Delete what was logged?"), "activities:tasks"),
}


def one(name: str) -> Callable[..., HttpResponseBase]:
    """The page that deletes one record of this kind."""
    kind = KINDS[name]

    @require_http_methods(["GET", "HEAD", "POST"])
    @allowed(RIGHTS[kind.model])
    def delete(request: HttpRequest, actor: Principal, public_id: UUID) -> HttpResponseBase:
        record = find(actor, RIGHTS[kind.model], kind.model, public_id=public_id)
        if request.method == "POST":
            return _delete(request, actor, kind, [record])
        along = going_with(kind.model, [record.pk]).along(kind.model)
        return _question(request, kind, [record], along)

    return delete


def chosen(name: str) -> Callable[..., HttpResponseBase]:
    """Deletes the ticked rows of a list that the actor sees; asks first when records of another kind go along."""
    kind = KINDS[name]

    @require_POST
    @allowed(RIGHTS[kind.model])
    def delete_chosen(request: HttpRequest, actor: Principal) -> HttpResponseBase:
        ids = [UUID(value) for value in request.POST.getlist("pick")[:CHOSEN] if _is_id(value)]
        rows = list(visible(kind.model, actor).filter(public_id__in=ids))
        return _delete(request, actor, kind, rows) if rows else redirect(_back(request, kind))

    return delete_chosen


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _delete(request: HttpRequest, actor: Principal, kind: Kind, records: list[Any]) -> HttpResponseBase:
    agreed = request.POST.get("along", "").split()
    try:
        act = lifecycle.delete_records(records, by=actor, now=timezone.now(), along=agreed)
    except lifecycle.GoesAlong as asked:
        return _question(request, kind, records, asked.along, status=409)
    except Refusal as refusal:
        return _question(request, kind, records, {}, refused=str(refusal), status=422)
    said = ngettext("Deleted.", "%(count)d deleted.", len(records)) % {"count": len(records)}
    tell(request, said, act_id=act.pk)
    return redirect(_back(request, kind))


def _back(request: HttpRequest, kind: Kind) -> str:
    return next_of(request, reverse(kind.home))


def _question(
    request: HttpRequest,
    kind: Kind,
    records: list[Any],
    along: Mapping[Model, Collection[int]],
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    single = len(records) == 1
    context = {
        "title": kind.ask if single else ngettext("Delete %(n)d?", "Delete %(n)d?", len(records)) % {"n": len(records)},
        "name": _name(records[0]) if single else "",
        "action_url": request.get_full_path(),
        "back": _back(request, kind),
        "next": next_of(request, ""),
        "picked": [] if single and "pick" not in request.POST else [record.public_id for record in records],
        "along": [_counted(model, len(ids)) for model, ids in along.items()],
        "agreed": " ".join(sorted(lifecycle.names_of(along))),
        "refused": refused,
    }
    return render(request, "lifecycle/delete.html", context, status=status)


def _name(record: models.Model) -> str:
    if isinstance(record, Lead | Activity):
        return record.person.full_name
    return str(record)


def _counted(model: Model, count: int) -> str:
    if model is Lead:
        return ngettext("%(n)d lead", "%(n)d leads", count) % {"n": count}
    if model is Contact:
        return ngettext("%(n)d role at a company", "%(n)d roles at companies", count) % {"n": count}
    return ngettext("%(n)d deal", "%(n)d deals", count) % {"n": count}
