"""What a stage of the pipeline is called, how likely it is, how long a deal may stand in it, what its gate asks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.conditions import ConditionError, parse
from khoi.kit.refusals import Refusal
from khoi.pipeline.models import PipelineStage, StageKind
from khoi.pipeline.queries import FIELDS, every_field

EDITABLE: Final = frozenset({"name", "name_vi", "probability", "rot_days", "gate"})


def edit_stage(stage: PipelineStage, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> PipelineStage:
    """Deals that stand in the stage stay; its gate is asked of those that come next.

    ``gate``: a condition over ``queries.every_field``, {} for none. Won stays 100 percent, lost 0.
    """
    if unknown := changes.keys() - EDITABLE:
        raise Refusal("unknown_field", sorted(unknown)[0], value=sorted(unknown)[0])
    _check(stage, changes)
    with history.act("edit_stage", by=by, now=now, subject=stage):
        for name, value in changes.items():
            setattr(stage, name, value)
        stage.save(update_fields=list(changes))
    return stage


def gate_of(fields: list[str]) -> dict[str, Any]:
    """The gate that asks for each of these fields to be filled in (yes, for ours that are yes or no)."""
    asked = [
        {"field": name, "op": "eq", "value": True}
        if name in FIELDS and FIELDS[name].type == "boolean"
        else {"field": name, "op": "is_not_empty"}
        for name in fields
    ]
    return {"all": asked} if asked else {}


def _check(stage: PipelineStage, changes: Mapping[str, Any]) -> None:
    if "name" in changes and not str(changes["name"]).strip():
        raise Refusal("required", "name")
    percent = changes.get("probability", stage.probability)
    certain = {StageKind.WON: 100, StageKind.LOST: 0}.get(StageKind(stage.kind))
    if not 0 <= percent <= 100 or (certain is not None and percent != certain):
        raise Refusal("not_a_percent", "probability", value=percent)
    if (changes.get("rot_days") or 1) < 1:
        raise Refusal("negative", "rot_days")
    if changes.get("gate"):
        try:
            parse(changes["gate"], every_field())
        except ConditionError as error:
            raise Refusal("unknown_field", "gate", value=error.path) from error
