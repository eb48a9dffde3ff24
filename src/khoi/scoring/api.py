"""The scorecard for programs: read the version in force, publish another one."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from pydantic import ConfigDict, JsonValue, StringConstraints

from khoi.leads.fields import in_words
from khoi.scoring import services as scoring
from khoi.scoring.models import Scorecard
from khoi.scoring.queries import TOUCH_FIELDS, published
from khoi.team.api import Body, Moment, Problem, who
from khoi.team.queries import Hidden, authorize
from khoi.workspace import queries as workspace

router = Router(tags=["rules"])

Name = Annotated[str, StringConstraints(max_length=120)]
Points = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Grades = Annotated[dict[Annotated[str, StringConstraints(pattern="^[A-Z]$")], Points], Field(min_length=1)]


class RuleIn(Body):
    """``condition``: for fit over a lead, its own fields as ``custom.<key>``; for engagement over the touch."""

    id: Annotated[str, StringConstraints(pattern="^[a-z0-9_]{1,60}$")]
    axis: Literal["fit", "engagement"]
    points: Points
    touch_kind: Annotated[str, StringConstraints(min_length=1, max_length=20)] | None = None
    condition: dict[str, JsonValue] | None = None
    cap: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    name: Name = ""
    name_vi: Name = ""


class ScorecardIn(Body):
    based_on: int = Field(ge=1, le=2**31 - 1, description="The version this one was made from")
    half_life_days: int = Field(ge=1, le=3650)
    rules: Annotated[list[RuleIn], Field(max_length=200)]
    grades: Grades = Field(description="Letter → the fit points it takes")

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "based_on": 1,
                "half_life_days": 30,
                "rules": [
                    {
                        "id": "large",
                        "axis": "fit",
                        "points": 20,
                        "condition": {"field": "custom.size", "op": "in", "value": ["large"]},
                        "name": "Large warehouse",
                        "name_vi": "Kho lớn",
                    }
                ],
                "grades": {"A": 40, "B": 25, "C": 10, "D": 0},
            }
        }
    )


class ScorecardOut(Schema):
    version: int
    half_life_days: int
    rules: list[dict[str, Any]] = Field(description="As they are published")
    says: dict[str, str] = Field(description="Rule → what it asks, in words")
    grades: dict[str, int]
    published_at: Moment


@router.get("/scorecard", response=ScorecardOut, summary="The scorecard in force")
def show_scorecard(request: HttpRequest) -> dict[str, Any]:
    authorize(who(request), "rules.view")
    return _shown(_in_force())


@router.post("/scorecard", response={201: ScorecardOut}, summary="Publish another scorecard")
def publish_scorecard(request: HttpRequest, body: ScorecardIn) -> tuple[int, dict[str, Any]]:
    """In force at once, and every lead is scored by it; the same again is no new version. Errors: 409
    ``changed_meanwhile`` when ``based_on`` is in force no longer; 422 ``card_unreadable`` with the place that is
    wrong."""
    actor = who(request)
    authorize(actor, "rules.edit")
    if _in_force().version != body.based_on:
        raise Problem(409, "changed_meanwhile", _("Another version is in force by now."), version=_in_force().version)
    made = scoring.publish_scorecard(
        half_life_days=body.half_life_days,
        entries=[rule.given() for rule in body.rules],
        grades=body.grades,
        by=actor,
        now=timezone.now(),
    )
    return 201, _shown(made)


def _in_force() -> Scorecard:
    card = published()
    if card is None:
        raise Hidden
    return card


def _shown(card: Scorecard) -> dict[str, Any]:
    language, zone = (get_language() or "vi")[:2], workspace.zone()
    asked = [(rule, None if rule["axis"] == "fit" else TOUCH_FIELDS) for rule in card.rules if rule.get("condition")]
    says = {
        rule["id"]: in_words(rule["condition"], language=language, zone=zone, fields=fields) for rule, fields in asked
    }
    names = ("version", "half_life_days", "rules", "grades", "published_at")
    return {**{name: getattr(card, name) for name in names}, "says": says}
