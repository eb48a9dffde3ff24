"""Stages of the pipeline in settings: names, odds, gates."""

import pytest

from khoi.history.rules.actors import SYSTEM
from khoi.kit.refusals import Refusal
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import PipelineStage
from tests.cast import NOW


@pytest.fixture
def stage(ready):
    return PipelineStage.objects.get(code="proposal")


def test_an_administrator_changes_a_stage_and_its_gate(admin, stage):
    typed = {"name": "Offer", "name_vi": "Chào giá", "probability": "55", "rot_days": "10"}
    answer = admin.browser().post(f"/settings/pipeline/{stage.pk}/", typed | {"gate": ["amount", "next_task"]})
    stage.refresh_from_db()

    assert answer.status_code == 302
    assert (stage.name, stage.name_vi, stage.probability, stage.rot_days) == ("Offer", "Chào giá", 55, 10)
    assert stage.gate == {
        "all": [{"field": "amount", "op": "is_not_empty"}, {"field": "next_task", "op": "eq", "value": True}]
    }


def test_no_box_is_no_gate(admin, stage):
    admin.browser().post(f"/settings/pipeline/{stage.pk}/", {"name": "Offer", "probability": "50"})
    stage.refresh_from_db()

    assert stage.gate == {}


@pytest.mark.parametrize(("code", "percent"), [("closed_won", 99), ("closed_lost", 1), ("proposal", 101)])
def test_won_is_certain_lost_is_nothing_and_the_rest_lies_between(ready, code, percent):
    stage = PipelineStage.objects.get(code=code)
    with pytest.raises(Refusal):
        pipeline.edit_stage(stage, changes={"probability": percent}, by=SYSTEM, now=NOW)


def test_a_gate_over_a_field_nobody_knows_is_refused(stage):
    gate = {"all": [{"field": "mood", "op": "is_not_empty"}]}
    with pytest.raises(Refusal):
        pipeline.edit_stage(stage, changes={"gate": gate}, by=SYSTEM, now=NOW)
