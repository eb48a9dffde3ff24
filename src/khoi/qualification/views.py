"""Settings: the criteria of each stage in words, and the form that publishes their next version."""

from dataclasses import dataclass
from datetime import datetime

from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from khoi.leads.fields import in_words
from khoi.leads.rules import STAGES
from khoi.qualification import services
from khoi.qualification.forms import PolicyForm
from khoi.qualification.models import Policy
from khoi.qualification.queries import policy_in_force
from khoi.team.queries import Hidden
from khoi.team.rules import Principal
from khoi.team.views import allowed
from khoi.team.views.doing import done
from khoi.workspace import queries as workspace


@dataclass(frozen=True, slots=True)
class Said:
    """One criterion in words, with its fields in the form."""

    words: str
    keep: BoundField | None = None
    value: BoundField | None = None


@dataclass(frozen=True, slots=True)
class StageSaid:
    stage: str
    criteria: tuple[Said, ...]


@require_safe
@allowed("rules.view")
def policy(request: HttpRequest, actor: Principal) -> HttpResponse:
    one = _in_force()
    context = {
        "policy": one,
        "stages": [StageSaid(stage, _parts(one.criteria[stage])) for stage in STAGES if one.criteria.get(stage)],
        "versions": Policy.objects.visible_to(actor).order_by("-published_at", "-id")[:20],
        "may_edit": actor.may("rules.edit"),
    }
    return render(request, "qualification/policy.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("rules.edit")
def edit_policy(request: HttpRequest, actor: Principal) -> HttpResponseBase:
    """The next version; publishing it judges every lead at once, and undo takes back what followed."""
    form = PolicyForm(_in_force(), request.POST or None)

    def publish(now: datetime) -> None:
        services.publish_policy(criteria=form.changed_criteria(), by=actor, now=now)

    if done(request, actor, form, "publish_policy", publish, _("The policy is published.")):
        return redirect("qualification:policy")
    context = {"form": form, "stages": _asked(form)}
    return render(request, "qualification/edit_policy.html", context, status=422 if form.is_bound else 200)


def _in_force() -> Policy:
    found = policy_in_force()
    if found is None:
        raise Hidden
    return found


def _parts(tree: dict[str, object]) -> tuple[Said, ...]:
    """The condition one criterion to a line when it asks for all of a list, else as one sentence."""
    parts = tree.get("all") if set(tree) == {"all"} else [tree]
    return tuple(Said(_words(part)) for part in parts) if isinstance(parts, list) else ()


def _words(tree: object) -> str:
    return in_words(tree, language=(get_language() or "vi")[:2], zone=workspace.zone())


def _asked(form: PolicyForm) -> list[StageSaid]:
    found: dict[str, list[Said]] = {}
    for one in form.criteria:
        value = f"value_{one.key}"
        said = Said(_words(one.leaf), form[f"keep_{one.key}"], form[value] if value in form.fields else None)
        found.setdefault(one.stage, []).append(said)
    return [StageSaid(stage, tuple(criteria)) for stage, criteria in found.items()]
