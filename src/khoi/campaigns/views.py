"""Settings: sources with what they brought and cost in a period, campaigns, and each cost."""

from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from khoi.campaigns import queries, services
from khoi.campaigns.forms import CampaignForm, CostForm, SourceChanges, SourceForm
from khoi.campaigns.models import Campaign, Source
from khoi.kit.periods import Period, instants, month, parse_period
from khoi.team.queries import find
from khoi.team.rules import Principal
from khoi.team.views import allowed
from khoi.team.views.doing import changed, done, question
from khoi.workspace import queries as workspace

PERIODS: Final = {
    "this_month": gettext_lazy("This month"),
    "last_month": gettext_lazy("Last month"),
    "this_quarter": gettext_lazy("This quarter"),
    "last_quarter": gettext_lazy("Last quarter"),
    "this_year": gettext_lazy("This year"),
    "last_year": gettext_lazy("Last year"),
}


@require_safe
@allowed("campaign.view")
def sources(request: HttpRequest, actor: Principal) -> HttpResponse:
    named, period = _period(request)
    context = {
        "rows": queries.brought_within(period, instants(period, workspace.zone())),
        "costs": queries.costs_within(period),
        "campaigns": Campaign.objects.visible_to(actor).order_by("-starts_on", "name"),
        "periods": PERIODS.items(),
        "period": named,
        "may_edit": actor.may("campaign.edit"),
    }
    return render(request, "campaigns/sources.html", context)


def _period(request: HttpRequest) -> tuple[str, Period]:
    """The period asked for, this quarter unless told otherwise."""
    today = workspace.today(timezone.now())
    named = request.GET.get("period", "this_quarter")
    period = parse_period(named, today)
    return (named, period) if period else ("this_quarter", parse_period("this_quarter", today) or month(today))


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("campaign.edit")
def add_source(request: HttpRequest, actor: Principal) -> HttpResponseBase:
    form = SourceForm(request.POST or None)

    def add(now: datetime) -> None:
        services.add_source(**form.cleaned_data, by=actor, now=now)

    if done(request, actor, form, "add_source", add, _("The source is added.")):
        return redirect("campaigns:sources")
    return _question(request, form, title=_("Add a source"), label=_("Add"))


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("campaign.edit")
def edit_source(request: HttpRequest, actor: Principal, code: str) -> HttpResponseBase:
    source = find(actor, "campaign.edit", Source, code=code)
    form = SourceChanges(request.POST or None, initial={"name": source.name, "name_vi": source.name_vi})

    def edit(changes: dict[str, Any], now: datetime) -> None:
        services.edit_source(source, changes=changes, by=actor, now=now)

    if changed(request, actor, form, "edit_source", source, edit, _("The source is changed.")):
        return redirect("campaigns:sources")
    return _question(request, form, title=source.label(actor.language), label=_("Save"), record=source)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("campaign.edit")
def add_campaign(request: HttpRequest, actor: Principal) -> HttpResponseBase:
    currency = workspace.current().currency
    form = CampaignForm(request.POST or None, currency=currency)

    def add(now: datetime) -> None:
        services.add_campaign(**form.cleaned_data, currency=currency, by=actor, now=now)

    if done(request, actor, form, "add_campaign", add, _("The campaign is added.")):
        return redirect("campaigns:sources")
    return _question(request, form, title=_("Add a campaign"), label=_("Add"))


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("campaign.edit")
def edit_campaign(request: HttpRequest, actor: Principal, code: str) -> HttpResponseBase:
    campaign = find(actor, "campaign.edit", Campaign, code=code)
    shown = {name: getattr(campaign, name) for name in ("name", "channel", "starts_on", "ends_on", "budget")}
    form = CampaignForm(request.POST or None, currency=campaign.currency, initial=shown)

    def edit(changes: dict[str, Any], now: datetime) -> None:
        services.edit_campaign(campaign, changes=changes, by=actor, now=now)

    if changed(request, actor, form, "edit_campaign", campaign, edit, _("The campaign is changed.")):
        return redirect("campaigns:sources")
    return _question(request, form, title=campaign.name, label=_("Save"), record=campaign)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("campaign.edit")
def add_cost(request: HttpRequest, actor: Principal) -> HttpResponseBase:
    currency, this = workspace.current().currency, month(workspace.today(timezone.now()))
    asked = {
        "source": request.GET.get("source", "ads"),
        "period_start": this.start,
        "last_day": this.end - timedelta(days=1),
    }
    form = CostForm(request.POST or None, actor=actor, currency=currency, initial=asked)

    def add(now: datetime) -> None:
        services.add_cost(form.source(), **form.values(), currency=currency, by=actor, now=now)

    if done(request, actor, form, "add_cost", add, _("The cost is added.")):
        return redirect("campaigns:sources")
    return _question(request, form, title=_("Add a cost"), label=_("Add the cost"))


def _question(
    request: HttpRequest, form: forms.Form, *, title: str, label: str, record: Source | Campaign | None = None
) -> HttpResponse:
    return question(request, form, title=title, label=label, back=reverse("campaigns:sources"), record=record)
