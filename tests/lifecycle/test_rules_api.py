"""Rules for programs: the scorecard, the criteria and the gates, with fields of the workspace's own in them."""

from typing import Any

import pytest

from khoi.custom import services as custom
from khoi.history.rules.actors import SYSTEM
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.pipeline.models import PipelineStage
from khoi.scoring.models import Scorecard
from tests.cast import NOW
from tests.lifecycle.conftest import program_of

LARGE = {"field": "custom.size", "op": "in", "value": ["large"]}


@pytest.fixture
def program(ready, admin):
    for object_ in ("lead", "opportunity"):
        choices: list[Any] = [{"label": "Large", "label_vi": "Lớn"}, "Small"]
        custom.add_field(object_, type="choice", label="Size", label_vi="Cỡ kho", choices=choices, by=SYSTEM, now=NOW)
    return program_of(admin)


def card(**changes):
    rule = {"id": "large", "axis": "fit", "points": 20, "condition": LARGE, "name": "Large"}
    return {"based_on": 1, "half_life_days": 30, "rules": [rule], "grades": {"A": 10, "B": 0}, **changes}


def test_a_scorecard_read_is_a_scorecard_that_can_be_published(program):
    read = program.get("/scorecard").json()
    kept = {name: read[name] for name in ("half_life_days", "rules", "grades")}
    again = program.post("/scorecard", {"based_on": read["version"], **kept})
    assert again.json()["rules"] == read["rules"]
    assert (again.status_code, again.json()) == (201, read)
    assert Scorecard.objects.count() == 1


def test_a_program_publishes_points_for_an_own_field(program):
    lead = lifecycle.capture_lead(lifecycle.Enquiry(full_name="Lan", custom={"size": "large"}), by=SYSTEM, now=NOW).lead
    made = program.post("/scorecard", card())
    assert (made.status_code, made.json()["version"], made.json()["says"]) == (201, 2, {"large": "Size is Large"})
    assert (Lead.objects.get(pk=lead.pk).fit_points, Lead.objects.get(pk=lead.pk).fit_grade) == (20, "A")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"based_on": 7}, 409, "changed_meanwhile"),
        (
            {"rules": [{"id": "a", "axis": "fit", "points": 1, "condition": {"field": "x"}}]},
            422,
            "card_unreadable",
        ),
        ({"rules": [{"id": "a", "axis": "fit", "points": 0, "condition": LARGE}]}, 422, "card_unreadable"),
        ({"rules": [{"id": "a", "axis": "sideways", "points": 1}]}, 422, "invalid"),
        ({"grades": {}}, 422, "invalid"),
    ],
)
def test_a_scorecard_that_cannot_be_says_why(program, changes, status, code):
    answer = program.post("/scorecard", card(**changes))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Scorecard.objects.count() == 1


def test_a_program_publishes_criteria_over_an_own_field(program):
    lead = lifecycle.capture_lead(lifecycle.Enquiry(full_name="Lan", custom={"size": "large"}), by=SYSTEM, now=NOW).lead
    made = program.post("/policy", {"based_on": 1, "criteria": {"suspect": {"all": []}, "mql": LARGE}})
    assert (made.status_code, made.json()["says"]["mql"]) == (201, "Size is Large")
    assert Lead.objects.get(pk=lead.pk).lifecycle_stage == "mql"
    assert program.get("/policy").json() == made.json()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"based_on": 3, "criteria": {}}, 409, "changed_meanwhile"),
        ({"based_on": 1, "criteria": {"mql": {"field": "custom.no", "op": "is_empty"}}}, 422, "policy_unreadable"),
        ({"based_on": 1, "criteria": {"king": {"all": []}}}, 422, "invalid"),
    ],
)
def test_criteria_that_cannot_be_say_why(program, body, status, code):
    answer = program.post("/policy", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_program_gives_a_stage_a_gate_over_an_own_field(program):
    address = "/pipelines/sales/stages/proposal"
    etag = program.get(address)["ETag"]
    changed = program.patch(address, {"gate": {"all": [LARGE]}}, if_match=etag)
    assert (changed.status_code, changed.json()["gate"]) == (200, {"all": [LARGE]})
    assert PipelineStage.objects.get(code="proposal").gate == {"all": [LARGE]}
    assert program.patch(address, {"gate": {}}, if_match=etag).status_code == 409
    wrong = program.patch(address, {"gate": {"field": "custom.no", "op": "is_empty"}}, if_match=changed["ETag"])
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown_field")
