"""Which rules and forms ask for a field of one's own."""

from collections.abc import Iterator

from django.utils.translation import get_language, gettext

from khoi.capture.models import Form
from khoi.custom.models import CustomField
from khoi.custom.queries import Use, called
from khoi.custom.rules import named_in
from khoi.leads.models import Lead
from khoi.lifecycle.queries.ground import published_policy
from khoi.pipeline.models import Opportunity, PipelineStage
from khoi.routing.models import RoutingRule
from khoi.scoring.queries import published


def uses_of(field: CustomField) -> list[Use]:
    return [
        *(_rules_of_leads(called(Lead, field)) if field.object in {"lead", *Lead.asks_beyond} else ()),
        *(_gates(called(Opportunity, field)) if field.object in {"opportunity", *Opportunity.asks_beyond} else ()),
        *(_forms(called(Lead, field)) if field.object in {"lead", "person"} else ()),
    ]


def _rules_of_leads(named: str) -> Iterator[Use]:
    card, policy = published(), published_policy()
    if card is not None and named in named_in(card.rules):
        yield Use(gettext("the scorecard"), rule=True)
    if policy is not None and named in named_in(policy.criteria):
        yield Use(gettext("the criteria of the lifecycle"), rule=True)
    for rule in RoutingRule.objects.filter(is_active=True).order_by("position", "id"):
        if named in named_in(rule.condition):
            yield Use(rule.name, rule=True)


def _gates(named: str) -> Iterator[Use]:
    for stage in PipelineStage.objects.order_by("pipeline_id", "position"):
        if named in named_in(stage.gate):
            yield Use(gettext("the gate of %(stage)s") % {"stage": stage.label(get_language() or "vi")}, rule=True)


def _forms(code: str) -> Iterator[Use]:
    for form in Form.objects.order_by("name", "id"):
        if any(isinstance(asked, dict) and asked.get("code") == code for asked in form.fields):
            yield Use(form.name, rule=False)
