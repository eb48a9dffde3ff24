"""Through whichever door something is written, it is an act that names the door and holds every change."""

import pytest
from django.urls import reverse

from khoi.capture import services as capture
from khoi.cli import main
from khoi.history.models import Act, Change, model_of
from khoi.history.rules.actors import SYSTEM
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.lifecycle.jobs import check_due_leads
from khoi.lifecycle.services import settling
from khoi.qualification import services as qualification
from khoi.qualification.queries import policy_in_force
from khoi.timemachine.queries import words
from tests.capture.test_forms import CHI, send
from tests.cast import NOW
from tests.lifecycle.conftest import program_of

pytestmark = pytest.mark.django_db


def a_lead(by=SYSTEM) -> Lead:
    enquiry = lifecycle.Enquiry(full_name="Hoa", emails=("hoa@example.vn",))
    return lifecycle.capture_lead(enquiry, by=by, now=NOW).lead


def a_page(admin, an, client, monkeypatch):
    admin.browser().post(reverse("team:add_team"), {"name": "Huế"})


def a_page_for_many(admin, an, client, monkeypatch):
    picked = [a_lead().public_id for _ in range(3)]
    admin.browser().post(reverse("home:assign_leads"), {"pick": picked, "owner": an.user.public_id})


def a_program(admin, an, client, monkeypatch):
    assert program_of(admin).post("/leads", {"full_name": "Hoa", "emails": ["hoa@example.vn"]}).status_code == 201


def a_command(admin, an, client, monkeypatch):
    assert main(["user", "add", "hoa@example.vn", "--json"]) == 0


def a_stranger_at_a_form(admin, an, client, monkeypatch):
    send(client, capture.prepare_forms(by=SYSTEM, now=NOW), CHI)


def work_that_was_due(admin, an, client, monkeypatch):
    """Very many leads are judged by new rules a minute later; here one is many."""
    monkeypatch.setattr(settling, "AT_ONCE", 1)
    a_lead(an.by)
    easy = {**policy_in_force().criteria, "mql": {"all": [{"field": "won", "op": "eq", "value": False}]}}
    qualification.publish_policy(criteria=easy, by=admin.by, now=NOW)
    check_due_leads()


DOORS = [
    (a_page, "web", "team_team"),
    (a_page_for_many, "web", "routing_assignment"),
    (a_program, "api", "leads_lead"),
    (a_command, "cli", "team_user"),
    (a_stranger_at_a_form, "form", "leads_lead"),
    (work_that_was_due, "job", "qualification_stage_change"),
]


@pytest.mark.parametrize(("write", "door", "table"), DOORS)
def test_every_door_leaves_an_act_that_names_it(ready, admin, an, client, monkeypatch, write, door, table):
    before = Act.objects.latest("id").pk
    write(admin, an, client, monkeypatch)
    acts = Act.objects.filter(via=door, pk__gt=before, position__isnull=False)
    changed = Change.objects.filter(act__in=acts).values_list("tbl", flat=True).distinct()

    assert table in {model_of(code)._meta.db_table for code in changed}


def test_no_door_is_left_out():
    assert {door for _, door, _ in DOORS} == set(words.DOORS)
