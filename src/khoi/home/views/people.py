"""People: the list, and everything about one of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from khoi.custom.forms import typed_over
from khoi.design.views import posted
from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.queries import version_of
from khoi.home.forms.facts import WhoForm, who_of
from khoi.home.queries.pairs import pairs_waiting
from khoi.home.queries.people import people_matching, person_page, person_rows
from khoi.home.views.finding import found
from khoi.home.views.story import story_of
from khoi.home.views.telling import as_shown, ask, claim, saved, with_own_fields
from khoi.people import services as people
from khoi.people.models import Person
from khoi.team.queries import find
from khoi.team.rules import Principal
from khoi.team.views import allowed, next_of


@require_safe
@allowed("person.view")
def listing(request: HttpRequest, actor: Principal) -> HttpResponse:
    context = found(request, actor, Person, people_matching, person_rows)
    rights = {"may_delete": actor.may("person.delete"), "may_see_history": actor.may("act.view")}
    return render(request, "home/people.html", {**context, **rights, "pairs": pairs_waiting(actor)})


@require_safe
@allowed("person.view")
def page(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    person = find(actor, "person.view", Person, public_id=public_id)
    if str(person.public_id) != str(public_id):
        return redirect("home:person", person.public_id, permanent=True)
    now = actor.at or timezone.now()
    context = {
        "now": now,
        "person": person,
        "page": person_page(person, actor=actor, now=now),
        "may_edit": actor.may("person.edit"),
        "may_merge": actor.may("person.merge"),
        "may_see_history": actor.may("act.view"),
        "may_delete": actor.may("person.delete"),
        "may_erase": actor.may("person.erase") and person.erased_at is None,
        **story_of(request, person, actor),
    }
    return render(request, "home/person.html", context)


@allowed("person.edit")
def edit(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    person = find(actor, "person.edit", Person, public_id=public_id)
    back = next_of(request, reverse("home:person", args=[person.public_id]))
    form = WhoForm(posted(request), initial=who_of(person))
    shown = who_of(person) | with_own_fields(form, person)
    if saved(request, form, lambda: _change(request, form, person, actor), email="emails", phone="phones"):
        return redirect(back)
    return ask(
        request,
        form,
        title=_("Edit the person"),
        action=_("Save"),
        back=back,
        hidden={"next": back, "version": version_of(person), **as_shown(shown)},
    )


def _change(request: HttpRequest, form: WhoForm, person: Person, actor: Principal) -> Act:
    now = timezone.now()
    with history.act("edit_person", by=actor, now=now, subject=person) as act:
        changes = form.changes(person)
        if custom := typed_over(form):
            changes["custom"] = custom
        if changes:
            claim(request, person, changes)
            people.edit_person(person, changes=changes, by=actor, now=now)
    return act
