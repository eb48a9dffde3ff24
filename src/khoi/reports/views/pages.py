"""The page of the reports, and the lists behind its figures."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from khoi.campaigns.models import Source
from khoi.kit import periods
from khoi.leads.models import Lead
from khoi.pipeline.models import Opportunity, PipelineStage
from khoi.reports import forms
from khoi.reports.forms import Asked
from khoi.reports.queries import behind, naming
from khoi.reports.queries.behind import Behind
from khoi.reports.queries.deals import deals as deals_as_of
from khoi.reports.rules.deals import CAUSES
from khoi.reports.views import figures, funnels, words
from khoi.team import queries as team
from khoi.team.models import User
from khoi.team.rules import Principal
from khoi.team.views import allowed
from khoi.workspace import queries as workspace

ROWS: Final = 50
REPORTS: Final = ("funnel", "sources", "pipeline", "response")


@require_safe
@allowed("report.view")
def index(request: HttpRequest, actor: Principal) -> HttpResponse:
    now = timezone.now()
    asked = read(request, actor, now)
    if not Lead.objects.visible_to(actor).exists() and not Opportunity.objects.visible_to(actor).exists():
        return render(request, "reports/nothing.html", {"may_import": actor.may("import.run")})
    named = {source.code: source for source in Source.objects.visible_to(actor)}
    context = {
        **chips(asked, named),
        **funnels.context(asked, now, named),
        **figures.pipeline(asked),
        **figures.sources(asked, named),
        **figures.response(asked, now),
    }
    if context["leak"] is not None:
        context["silent_words"] = funnels.silent_words(context["leak"])
    return render(request, "reports/index.html", context)


def read(request: HttpRequest, actor: Principal, now: datetime) -> Asked:
    """What the address asks. Without a period: the last 90 days, or all time when nothing arrived in them."""
    today = periods.today(now, workspace.zone())
    asked = forms.read(request.GET, actor, today)
    if asked.named != "ninety" or "period" in asked.given or asked.period is None:
        return asked
    recent = periods.instants(asked.period, workspace.zone())
    arrived = Lead.objects.visible_to(actor).filter(arrived_at__gte=recent[0], arrived_at__lt=recent[1])
    return asked if arrived.exists() else forms.read(request.GET, actor, today, quiet=True)


def chips(asked: Asked, named: dict[str, Source]) -> dict[str, Any]:
    language = get_language() or "en"
    users = User.objects.visible_to(asked.actor).filter(is_active=True).order_by("full_name", "pk")
    return {
        "asked": asked,
        "period_name": words.PERIODS.get(asked.named, ""),
        "period_days": words.days_between(asked.period),
        "periods": _periods(asked),
        "from": asked.period.start if asked.period else None,
        "to": asked.period.end - timedelta(days=1) if asked.period else None,
        "earlier_days": words.days_between(periods.previous(asked.period)) if asked.period else "",
        "against_url": asked.address(against=None if asked.against else "previous"),
        "by_name": words.FIELDS.get(asked.by, ""),
        "fields": [(label, asked.address(by=name), asked.by == name) for name, label in words.FIELDS.items()],
        "no_by_url": asked.address(by=None),
        "sources": [
            (source.label(language), asked.address(source=source.code), source == asked.source)
            for source in sorted(named.values(), key=lambda source: source.label(language).casefold())
        ],
        "source_name": asked.source.label(language) if asked.source else _("No source") if asked.sourceless else "",
        "no_source_url": asked.address(source=None),
        "owners": [(user.full_name, asked.address(owner=str(user.public_id)), user == asked.owner) for user in users],
        "no_owner_url": asked.address(owner=None),
        "today_url": asked.address(as_of=None, known=None),
        "known_url": asked.address(known="now" if asked.known == "then" else "then"),
        "without": {name: asked.address(**{name: None}) for name in asked.given},
        "due_url": asked.address(due="any" if asked.due_before else None),
        "exports": [(label, report) for report, label in exports()],
        "query": asked.address(),
    }


def _periods(asked: Asked) -> list[tuple[Any, str, bool]]:
    chosen: dict[str, str | None] = {"from": None, "to": None}
    return [
        (label, asked.address(**{**chosen, "period": name}), asked.named == name)
        for name, label in words.PERIODS.items()
    ]


def exports() -> list[tuple[str, str]]:
    return [
        ("funnel", _("Funnel")),
        ("pipeline", _("Pipeline")),
        ("sources", _("Sources")),
        ("response", _("Response times")),
    ]


@require_safe
@allowed("report.view")
def leads(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The leads that a figure counted."""
    now = timezone.now()
    asked = read(request, actor, now)
    wanted = _behind(request, asked)
    found = behind.leads_behind(asked.question, wanted, now=now)
    rows = found.select_related("person", "account", "source", "owner").order_by("-arrived_at", "-id")
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    return render(
        request, "reports/leads.html", {**_place(request, asked), "page": page, "title": _said(wanted, asked)}
    )


def _behind(request: HttpRequest, asked: Asked) -> Behind:
    key = request.GET.get("key")
    if key is not None:
        key = None if "\0" in key else naming.key_of(asked.by, "" if key == "-" else key)
        if key is None:
            raise team.Hidden
    try:
        return Behind(request.GET.get("part", "reached"), request.GET.get("stage", "lead"), asked.by, key)
    except ValueError:
        raise team.Hidden from None


def _said(wanted: Behind, asked: Asked) -> str:
    stage = words.stage(wanted.stage)
    said = {
        "reached": _("Reached %(stage)s") if wanted.stage != "customer" else "%(stage)s",
        "stopped": _("Came as far as %(stage)s"),
        "silent": _("Stopped at %(stage)s, never asked for a budget")
        if wanted.stage == "sal"
        else _("Stopped at %(stage)s, never heard from us"),
        "backwards": _("Went on before they arrived"),
        "promised": _("Promised an answer"),
        "in_time": _("Answered in time"),
        "late": _("Answered late, or not at all"),
        "waiting": _("Waiting, with time left"),
    }[wanted.part] % {"stage": stage}  # fmt: skip
    if wanted.part == "reached" and wanted.stage == "lead":
        said = _("Leads")
    if wanted.key is None:
        return said
    code, name = naming.names(wanted.by, [wanted.key])[wanted.key]
    sources = {source.code: source for source in Source.objects.visible_to(asked.actor).filter(code=code)}
    return f"{said} · {words.group(wanted.by, code, name, sources)}"


def _place(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    rest = request.GET.copy()
    rest.pop("page", None)
    return {
        "asked": asked,
        "period_name": words.PERIODS.get(asked.named, ""),
        "period_days": words.days_between(asked.period),
        "back_url": asked.address(),
        "query": rest.urlencode(),
    }


@require_safe
@allowed("report.view")
def deals(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The deals that a cause of change counted, those left at the end, or those of one stage."""
    asked = read(request, actor, timezone.now())
    cause = request.GET.get("cause", "")
    if cause in CAUSES or cause == "after":
        title = _("Deals: %(cause)s") % {"cause": words.CAUSES[cause]} if cause in CAUSES else _("Open deals")
        amounts, currency = _changed(asked, cause)
    else:
        stage, currency = _stage(actor, request.GET.get("stage", "")), request.GET.get("currency", "")
        title = stage.label(get_language() or "en")
        standing = deals_as_of(figures.question_of(asked)).values()
        amounts = {deal.id: deal.amount for deal in standing if (deal.stage, deal.currency) == (stage.pk, currency)}
    rows = Opportunity.objects.visible_to(actor).filter(pk__in=amounts)
    rows = rows.select_related("account", "person", "owner", "stage")
    shown = sorted(rows, key=lambda deal: (-abs(amounts[deal.pk]), deal.pk))
    context = {
        **_place(request, asked),
        "page": Paginator([(deal, amounts[deal.pk]) for deal in shown], ROWS).get_page(request.GET.get("page")),
        "title": title,
        "currency": currency,
        "missing": len(amounts) - len(shown),
        "between": cause in CAUSES,
    }
    return render(request, "reports/deals.html", context)


def _stage(actor: Principal, named: str) -> PipelineStage:
    """A stage as its pipeline's code and its own, like ``sales.proposal``."""
    for stage in PipelineStage.objects.visible_to(actor).select_related("pipeline"):
        if f"{stage.pipeline.code}.{stage.code}" == named:
            found: PipelineStage = stage
            return found
    raise team.Hidden


def _changed(asked: Asked, cause: str) -> tuple[dict[int, int], str]:
    found = figures.changes_of(asked)
    if cause != "after":
        return {change.deal: change.amount for change in found.changes if change.cause == cause}, found.currency
    standing = deals_as_of(figures.question_of(asked)).values()
    kept = [deal for deal in standing if figures.is_left(deal, asked, found.currency)]
    return {deal.id: deal.amount for deal in kept}, found.currency
