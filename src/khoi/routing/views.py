"""Settings: who gets which lead, how many each was given, and whose turn is next."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from khoi.leads.fields import in_words
from khoi.routing import queries, services
from khoi.routing.forms import NewShareForm, ShareForm
from khoi.routing.models import RoutingRule, Share
from khoi.team.queries import find
from khoi.team.rules import Principal
from khoi.team.views import allowed
from khoi.team.views.doing import changed, done, question
from khoi.workspace import queries as workspace

REASONS = {
    "their_turn": gettext_lazy("has waited longest for their share"),
    "only_one_free": gettext_lazy("is the only one free"),
    "least_loaded_all_full": gettext_lazy("everybody is full; has the fewest open leads"),
    "least_loaded_all_away": gettext_lazy("everybody is away; has the fewest open leads"),
}


@require_safe
@allowed("rules.view")
def rules_page(request: HttpRequest, actor: Principal) -> HttpResponse:
    found = queries.rounds(zone=workspace.zone(), now=timezone.now())
    context = {
        "rounds": [(one, _condition(one.rule), REASONS.get(one.reason, "")) for one in found],
        "minutes": workspace.current().response_minutes,
        "may_edit": actor.may("routing.edit"),
    }
    return render(request, "routing/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("routing.edit")
def add_share(request: HttpRequest, actor: Principal, rule_id: int) -> HttpResponseBase:
    rule = find(actor, "routing.edit", RoutingRule, pk=rule_id)
    form = NewShareForm(rule, request.POST or None)

    def add(now: datetime) -> None:
        values = {name: form.cleaned_data[name] for name in ("weight", "capacity", "away_until")}
        services.set_share(rule, user=form.user(), **values, by=actor, now=now)

    if done(request, actor, form, "set_share", add, _("Leads are shared out anew from now on.")):
        return redirect("routing:rules")
    text = _("A newcomer joins the round where the others stand; earlier leads are not made up for.")
    return _ask(request, form, title=_("Add somebody to the round"), label=_("Add"), text=text)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("routing.edit")
def edit_share(request: HttpRequest, actor: Principal, share_id: int) -> HttpResponseBase:
    share = find(actor, "routing.edit", Share, pk=share_id)
    shown = {"weight": share.weight, "capacity": share.capacity, "away_until": share.away_until}
    form = ShareForm(request.POST or None, initial=shown)

    def edit(changes: dict[str, Any], now: datetime) -> None:
        values = {name: getattr(share, name) for name in shown} | changes
        services.set_share(share.rule, user=share.user, **values, by=actor, now=now)

    if changed(request, actor, form, "set_share", share, edit, _("Leads are shared out anew from now on.")):
        return redirect("routing:rules")
    return _ask(request, form, title=str(share.user), label=_("Save"), record=share)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("routing.edit")
def remove_share(request: HttpRequest, actor: Principal, share_id: int) -> HttpResponseBase:
    share = find(actor, "routing.edit", Share, pk=share_id)
    form = forms.Form(request.POST if request.method == "POST" else None)

    def remove(now: datetime) -> None:
        services.remove_share(share, by=actor, now=now)

    if done(request, actor, form, "remove_share", remove, _("They get no more new leads.")):
        return redirect("routing:rules")
    text = _("The leads they have stay theirs.")
    title = _("Take %(name)s out of the round?") % {"name": share.user}
    return _ask(request, form, title=title, label=_("Take out"), text=text)


def _ask(
    request: HttpRequest, form: forms.Form, *, title: str, label: str, text: str = "", record: Share | None = None
) -> HttpResponse:
    back = reverse("routing:rules")
    return question(request, form, title=title, label=label, text=text, back=back, record=record)


def _condition(rule: RoutingRule) -> str:
    """Which leads the rule is for, as a sentence; "" for all."""
    if not rule.condition:
        return ""
    return in_words(rule.condition, language=(get_language() or "vi")[:2], zone=workspace.zone(), capital=False)
