"""Quick add of a lead, with a word when somebody is here already."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from khoi.design.views import posted
from khoi.history import services as history
from khoi.home.forms.adding import AddForm
from khoi.home.queries.known import known_as
from khoi.home.views.telling import done, refuse
from khoi.kit.refusals import Refusal
from khoi.lifecycle import services as lifecycle
from khoi.team.models import User
from khoi.team.queries import find
from khoi.team.rules import Principal
from khoi.team.views import allowed


@allowed("lead.create")
def add(request: HttpRequest, actor: Principal) -> HttpResponse:
    form = AddForm(posted(request), actor=actor, check_url=reverse("home:known"))
    if request.method == "POST" and form.is_valid():
        owner = find(actor, "lead.create", User, pk=actor.id) if actor.role in {"rep", "partner"} else None
        now = timezone.now()
        try:
            with history.act("capture_lead", by=actor, now=now) as act:
                captured = lifecycle.capture_lead(form.enquiry(owner), by=actor, now=now)
        except Refusal as refusal:
            refuse(form, refusal, emails="email", phones="phone")
        else:
            name = captured.person.full_name or captured.lead.company_name or _("Lead")
            said = _("Added: %(name)s.") if not captured.known else _("Added to %(name)s, who was here before.")
            done(request, said % {"name": name}, act)
            return redirect("home:lead", captured.lead.public_id)
    status = 422 if form.errors else 200
    return render(request, "home/add.html", {"form": form}, status=status)


@require_safe
@allowed("lead.create")
def known(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The hint under the fields while they are typed."""
    asked = {name: request.GET.get(name, "")[:254].replace("\0", "") for name in ("full_name", "phone", "email")}
    found = known_as(actor, name=asked["full_name"], phone=asked["phone"], email=asked["email"])
    return render(request, "home/known.html", {"known": found})
