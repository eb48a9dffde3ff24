"""The page before an erasure: what goes, what stays and why."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from khoi.design.views import posted, tell
from khoi.kit.refusals import Refusal
from khoi.people.models import Person
from khoi.privacy import services as privacy
from khoi.privacy.forms import EraseForm
from khoi.privacy.queries import find_anywhere, groups_of
from khoi.team.rules import Principal
from khoi.team.views import allowed


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("person.erase")
def erase(request: HttpRequest, actor: Principal, public_id: UUID) -> HttpResponseBase:
    person = find_anywhere(actor, public_id)
    if person.erased_at is not None:
        return redirect("home:person", person.public_id)
    form = EraseForm(posted(request), name=_name(person))
    if form.is_bound and form.is_valid() and _erased(form, person, actor):
        tell(request, _("The person was erased."))
        return redirect("home:person", person.public_id)
    return _page(request, person, form)


def _name(person: Person) -> str:
    """What has to be typed for somebody without a name."""
    first = person.contact_points.order_by("-is_primary", "pk").first()
    return person.full_name or (first.normal if first else "") or _("No name yet")


def _erased(form: EraseForm, person: Person, actor: Principal) -> bool:
    try:
        privacy.erase_person(person, reason=form.cleaned_data["reason"], by=actor, now=timezone.now())
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _page(request: HttpRequest, person: Person, form: EraseForm) -> HttpResponse:
    context = {"person": person, "name": _name(person), "groups": groups_of(person), "form": form}
    return render(request, "privacy/erase.html", context, status=422 if form.errors else 200)
