"""The criteria of the lifecycle for programs: read the version in force, publish another one."""

from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from pydantic import ConfigDict, JsonValue

from khoi.leads.fields import in_words
from khoi.qualification import services as qualification
from khoi.qualification.models import Policy
from khoi.qualification.queries import policy_in_force
from khoi.team.api import Body, Moment, Problem, who
from khoi.team.queries import Hidden, authorize
from khoi.workspace import queries as workspace

router = Router(tags=["rules"])

Stage = Literal["suspect", "lead", "prospect", "mql", "sal", "sql", "opportunity", "customer"]


class PolicyIn(Body):
    based_on: int = Field(ge=1, le=2**31 - 1, description="The version this one was made from")
    criteria: dict[Stage, dict[str, JsonValue]] = Field(
        description="Stage → condition over a lead; its own fields are ``custom.<key>``. A stage left out has no gate"
    )

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "based_on": 1,
                "criteria": {"mql": {"all": [{"field": "custom.pallets", "op": "gte", "value": 100}]}},
            }
        }
    )


class PolicyOut(Schema):
    version: int
    criteria: dict[str, Any]
    says: dict[str, str] = Field(description="Stage → what it asks, in words")
    published_at: Moment


@router.get("/policy", response=PolicyOut, summary="The criteria in force")
def show_policy(request: HttpRequest) -> dict[str, Any]:
    authorize(who(request), "rules.view")
    return _shown(_in_force())


@router.post("/policy", response={201: PolicyOut}, summary="Publish other criteria")
def publish_policy(request: HttpRequest, body: PolicyIn) -> tuple[int, dict[str, Any]]:
    """In force at once, and every lead is judged by them; no lead goes back by it, and the same again is no new
    version. Errors: 409 ``changed_meanwhile`` when ``based_on`` is in force no longer; 422 ``policy_unreadable`` with
    the stage that is wrong."""
    actor = who(request)
    authorize(actor, "rules.edit")
    if _in_force().version != body.based_on:
        raise Problem(409, "changed_meanwhile", _("Another version is in force by now."), version=_in_force().version)
    criteria: dict[str, Any] = dict(body.criteria.items())
    return 201, _shown(qualification.publish_policy(criteria=criteria, by=actor, now=timezone.now()))


def _in_force() -> Policy:
    policy = policy_in_force()
    if policy is None:
        raise Hidden
    return policy


def _shown(policy: Policy) -> dict[str, Any]:
    language, zone = (get_language() or "vi")[:2], workspace.zone()
    says = {stage: in_words(tree, language=language, zone=zone) for stage, tree in policy.criteria.items()}
    return {
        "version": policy.version,
        "criteria": policy.criteria,
        "says": says,
        "published_at": policy.published_at,
    }
