"""Accounts: the list, and everything about one of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from khoi.accounts import services as accounts
from khoi.accounts.models import Account
from khoi.custom.forms import add_fields, filled_in, typed_over
from khoi.custom.queries import own_fields
from khoi.design.views import posted
from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.queries import version_of
from khoi.home.forms.accounts import AccountForm, account_of
from khoi.home.queries.people import account_page, account_rows, accounts_matching
from khoi.home.views.finding import found
from khoi.home.views.telling import as_shown, ask, claim, done, refuse, saved, with_own_fields
from khoi.kit.refusals import Refusal
from khoi.team.queries import find
from khoi.team.rules import Principal
from khoi.team.views import allowed, next_of
from khoi.workspace import queries as workspace


@require_safe
@allowed("account.view")
def listing(request: HttpRequest, actor: Principal) -> HttpResponse:
    context = found(request, actor, Account, accounts_matching, account_rows)
    rights = {"may_add": actor.may("account.create"), "may_delete": actor.may("account.delete")}
    rights["may_see_history"] = actor.may("act.view")
    return render(request, "home/accounts.html", {**context, **rights})


@require_safe
@allowed("account.view")
def page(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    account = find(actor, "account.view", Account, public_id=public_id)
    now = actor.at or timezone.now()
    context = {
        "now": now,
        "account": account,
        "page": account_page(account, actor=actor, now=now),
        "may_edit": actor.may("account.edit"),
        "may_see_history": actor.may("act.view"),
        "may_delete": actor.may("account.delete"),
    }
    return render(request, "home/account.html", context)


@allowed("account.create")
def add(request: HttpRequest, actor: Principal) -> HttpResponse:
    back = reverse("home:accounts")
    here = workspace.current()
    form = AccountForm(posted(request), actor=actor, currency=here.currency, initial={"owner": actor.id})
    add_fields(form, own_fields(Account, adding=True), adding=True)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            with history.act("add_account", by=actor, now=now) as act:
                given = {**form.changes(None), "custom": filled_in(form)}
                account = accounts.add_account(**given, currency=here.currency, by=actor, now=now)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            done(request, _("Added: %(name)s.") % {"name": account.name}, act)
            return redirect("home:account", account.public_id)
    return ask(request, form, title=_("Add an account"), action=_("Add"), back=back, columns=True)


@allowed("account.edit")
def edit(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponse:
    account = find(actor, "account.edit", Account, public_id=public_id)
    back = next_of(request, reverse("home:account", args=[account.public_id]))
    form = AccountForm(posted(request), actor=actor, currency=account.currency, initial=account_of(account))
    shown = account_of(account) | with_own_fields(form, account)
    if saved(request, form, lambda: _change(request, form, account, actor)):
        return redirect(back)
    return ask(
        request,
        form,
        title=_("Edit the account"),
        action=_("Save"),
        back=back,
        columns=True,
        hidden={"next": back, "version": version_of(account), **as_shown(shown)},
    )


def _change(request: HttpRequest, form: AccountForm, account: Account, actor: Principal) -> Act:
    now = timezone.now()
    with history.act("edit_account", by=actor, now=now, subject=account) as act:
        changes = form.changes(account)
        if custom := typed_over(form):
            changes["custom"] = custom
        if changes:
            claim(request, account, changes)
            accounts.edit_account(account, changes=changes, by=actor, now=now)
    return act
