"""Converting a lead: which account, which deal, and what is not known yet."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from khoi.leads.fields import label_of
from khoi.leads.models import BantKind, Lead
from khoi.leads.queries import latest_bant
from khoi.lifecycle import services
from khoi.lifecycle.forms import ConvertForm
from khoi.lifecycle.queries.gates import standings_of
from khoi.pipeline.models import Opportunity
from khoi.team.queries import find
from khoi.team.rules import Principal
from khoi.team.views import allowed
from khoi.team.views.doing import done
from khoi.workspace import queries as workspace


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("lead.convert")
def convert(request: HttpRequest, actor: Principal, public_id: UUID) -> HttpResponseBase:
    """Contact, account and deal in one step, once; a lead converted before leads to what came of it."""
    lead = find(actor, "lead.convert", Lead, public_id=public_id)
    if (deal := _deal_of(lead, actor)) is not None:
        return redirect("pipeline:deal", public_id=deal.public_id)
    bant = latest_bant([lead.pk])[lead.pk]
    form = ConvertForm(lead, bant, actor, request.POST or None, currency=workspace.current().currency)

    def do(now: datetime) -> None:
        services.convert_lead(lead, **form.values(), by=actor, now=now)

    if done(request, actor, form, "convert_lead", do, _("The lead is a deal now, with its account and contact.")):
        made = _deal_of(lead, actor)
        return redirect("pipeline:deal", public_id=made.public_id) if made else redirect("home:leads")
    context = {"form": form, "lead": lead, "missing": _missing(lead)}
    return render(request, "lifecycle/convert.html", context, status=422 if form.is_bound else 200)


def _deal_of(lead: Lead, actor: Principal) -> Opportunity | None:
    found: Opportunity | None = Opportunity.objects.visible_to(actor).filter(lead=lead).first()
    return found


def _missing(lead: Lead) -> list[str]:
    """What the policy asks of an opportunity and nobody has noted yet, as labels."""
    fields = standings_of([lead], now=timezone.now())[lead.pk].missing_for("opportunity")
    kinds = {f"bant_{kind}": label for kind, label in BantKind.choices}
    return [str(kinds.get(field) or label_of(field)) for field in fields]
