"""Undo of any act: a bulk edit and a deletion of many, and a publication of policy, scorecard and form."""

import pytest

from khoi.capture import services as capture
from khoi.history.models import Act
from khoi.lifecycle import services as lifecycle
from khoi.qualification import services as qualification
from khoi.qualification.queries import policy_in_force
from khoi.scoring import services as scoring
from khoi.scoring.queries import published
from khoi.timemachine import services as timemachine
from khoi.timemachine.queries.dump import canonical
from tests.cast import NOW
from tests.timemachine.bulk import assign_there_and_back
from tests.timemachine.conftest import add_lead

pytestmark = pytest.mark.django_db


def test_undo_of_any_act_a_bulk_edit_of_300_and_a_deletion_of_300(ready, an, admin):
    assign_there_and_back(300, an, admin)


def publish_criteria(admin):
    easy = {**policy_in_force().criteria, "mql": {"all": [{"field": "won", "op": "eq", "value": False}]}}
    qualification.publish_policy(criteria=easy, by=admin.by, now=NOW)


def publish_a_scorecard(admin):
    now = published()
    rule = {
        "id": "vi",
        "axis": "fit",
        "points": 30,
        "name": "Nói tiếng Việt",
        "condition": {"field": "region", "op": "eq", "value": "Hà Nội"},
    }
    scoring.publish_scorecard(
        half_life_days=now.half_life_days, entries=[rule], grades=now.grades, by=admin.by, now=NOW
    )


def take_a_form_off_the_web(admin):
    capture.publish_form(capture.prepare_forms(by=admin.by, now=NOW), live=False, by=admin.by, now=NOW)


def put_a_form_on_the_web(admin):
    capture.publish_form(capture.prepare_forms(by=admin.by, now=NOW), live=True, by=admin.by, now=NOW)


@pytest.mark.parametrize(
    "publish", [publish_criteria, publish_a_scorecard, take_a_form_off_the_web, put_a_form_on_the_web]
)
def test_undo_of_any_act_a_publication_and_what_followed_from_it(publish, ready, an, admin):
    add_lead(an, "Hoa")
    form = capture.prepare_forms(by=admin.by, now=NOW)
    capture.publish_form(form, live=publish is not put_a_form_on_the_web, by=admin.by, now=NOW)
    lifecycle.recompute(check=False, now=NOW)
    before = list(canonical())
    publish(admin)
    after = list(canonical())
    undone = timemachine.undo(Act.objects.latest("id"), by=admin.by, now=NOW)
    assert (after != before, list(canonical()) == before) == (True, True)
    assert lifecycle.recompute(check=True, now=NOW).total == 0
    timemachine.undo(undone.act, by=admin.by, now=NOW)
    assert list(canonical()) == after
