"""A deal without a lead, for somebody we know already."""

import secrets
from typing import Final, TypeVar

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from khoi.accounts.models import Account, Contact
from khoi.custom.forms import filled_in
from khoi.history import services as history
from khoi.kit.refusals import Refusal
from khoi.people.models import Person
from khoi.pipeline import queries
from khoi.pipeline import services as pipeline
from khoi.pipeline.forms import NewDealForm
from khoi.pipeline.views.asking import done
from khoi.team import queries as team
from khoi.team.models import User
from khoi.team.rules import Principal
from khoi.team.views import allowed, next_of
from khoi.workspace import queries as workspace

R = TypeVar("R", bound=models.Model)
#: The hidden field by which ``allowed`` knows a form that was sent before.
ONCE: Final = "once"


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("opportunity.create")
def new(request: HttpRequest, actor: Principal) -> HttpResponse:
    """``?person=`` or ``?account=`` says whom it is for; else a name, phone or email does."""
    account = _named(Account, request.GET.get("account"), actor)
    people = _people(request, actor, account)
    form = _form(request, actor, account, people)
    if request.method == "POST" and form.is_valid():
        if people:
            return _open(request, actor, form, account, people)
        form.add_error("who", _("Nobody you may see is called that. Add them as a lead first."))
    return _page(request, form)


def _people(request: HttpRequest, actor: Principal, account: Account | None) -> list[Person]:
    """Whom it may be for: the one person of the address, those of the account, or those the words fit."""
    person = _named(Person, request.GET.get("person"), actor)
    if person is not None:
        return [person]
    if account is not None:
        return list(Person.objects.visible_to(actor).filter(contacts__account=account).order_by("full_name", "id"))
    return queries.people_named(request.POST.get("who", ""), actor)


def _form(request: HttpRequest, actor: Principal, account: Account | None, people: list[Person]) -> NewDealForm:
    person_given = bool(request.GET.get("person"))
    return NewDealForm(
        workspace.current().currency,
        request.POST if request.method == "POST" else None,
        ask_who=not person_given and account is None,
        people=people,
        accounts=queries.accounts_of(people[0], actor) if person_given else [],
    )


def _open(
    request: HttpRequest, actor: Principal, form: NewDealForm, account: Account | None, people: list[Person]
) -> HttpResponse:
    said = form.cleaned_data
    person = next((one for one in people if str(one.public_id) == said.get("person")), people[0])
    buyer = account or _named(Account, said.get("account"), actor) or _only(queries.accounts_of(person, actor))
    speaking = Contact.objects.visible_to(actor).filter(person=person)
    now = timezone.now()
    try:
        with history.act("open_opportunity", by=actor, now=now, subject=person) as act:
            deal = pipeline.open_opportunity(
                name=said["name"],
                person=person,
                account=buyer,
                contact=speaking.filter(account=buyer).first() if buyer else None,
                amount=said["amount"],
                close_on=said["close_on"],
                custom=filled_in(form),
                owner=team.find(actor, "opportunity.create", User, pk=actor.id),
                by=actor,
                now=now,
            )
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _page(request, form)
    done(request, _("“%(deal)s” is open.") % {"deal": deal.name}, act)
    return redirect("pipeline:deal", deal.public_id)


def _only(accounts: list[Account]) -> Account | None:
    return accounts[0] if len(accounts) == 1 else None


def _page(request: HttpRequest, form: NewDealForm) -> HttpResponse:
    context = {
        "title": _("New deal"),
        "text": _("For a customer you know already. What comes from marketing starts as a lead and is converted."),
        "form": form,
        "action_url": request.get_full_path(),
        "action_label": _("Open the deal"),
        "back_url": next_of(request, reverse("pipeline:board")),
        "hidden": {ONCE: secrets.token_urlsafe(18)},
    }
    return render(request, "design/confirm_page.html", context, status=422 if form.errors else 200)


def _named(model: type[R], public_id: str | None, actor: Principal) -> R | None:
    """The record of the address; one that may not be seen is not there."""
    return team.find(actor, "opportunity.create", model, public_id=public_id) if public_id else None
