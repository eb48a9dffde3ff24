"""Settings: the stages of the pipeline, their odds, and what their gates ask."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from khoi.kit.conditions import sentence
from khoi.pipeline import services
from khoi.pipeline.forms import StageSettingsForm, gate_fields
from khoi.pipeline.models import PipelineStage
from khoi.pipeline.queries import condition_of, label_of
from khoi.team.queries import find
from khoi.team.rules import Principal
from khoi.team.views import allowed
from khoi.team.views.doing import changed, question


@require_safe
@allowed("rules.view")
def listing(request: HttpRequest, actor: Principal) -> HttpResponse:
    stages = PipelineStage.objects.visible_to(actor).select_related("pipeline").order_by("pipeline_id", "position")
    context = {"stages": [(one, _gate(one)) for one in stages], "may_edit": actor.may("rules.edit")}
    return render(request, "pipeline/stages.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("rules.edit")
def edit(request: HttpRequest, actor: Principal, stage_id: int) -> HttpResponseBase:
    stage = find(actor, "rules.edit", PipelineStage, pk=stage_id)
    form = StageSettingsForm(stage, request.POST or None)

    def change(changes: dict[str, Any], now: datetime) -> None:
        services.edit_stage(stage, changes=changes, by=actor, now=now)

    if changed(request, actor, form, "edit_stage", stage, change, _("The stage is changed.")):
        return redirect("pipeline:stages")
    text = _("Deals in this stage stay; the gate is asked of those that come next.")
    label = stage.label((get_language() or "vi")[:2])
    back = reverse("pipeline:stages")
    return question(request, form, title=label, label=_("Save"), text=text, back=back, record=stage)


def _gate(stage: PipelineStage) -> list[str]:
    """What the gate asks for: the names of the fields, or one sentence when it asks for more than that."""
    if (fields := gate_fields(stage.gate)) is not None:
        return [label_of(field) for field in fields]
    said = sentence(*condition_of(stage.gate), (get_language() or "vi")[:2])
    return [said[:1].upper() + said[1:]]
