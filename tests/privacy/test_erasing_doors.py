"""Erasing through the page, the API and the command's service: one act, asked for by name, for administrators."""

import json

import pytest
from django.urls import reverse

from khoi.history.models import Act
from khoi.lifecycle import services as lifecycle
from khoi.people.models import Person
from khoi.team import services as team
from tests.cast import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan(ready, an) -> Person:
    enquiry = lifecycle.Enquiry(full_name="Trần Thị Lan", emails=("lan@example.vn",), source="web_form", owner=an.user)
    return lifecycle.capture_lead(enquiry, by=an.by, now=NOW).person


@pytest.fixture
def page(lan) -> str:
    return reverse("privacy:erase", args=[lan.public_id])


def test_the_page_lists_what_goes_and_what_stays(lan, page, admin):
    shown = admin.browser().get(page).content.decode()
    assert "Trần Thị Lan" in shown
    assert 'id="goes"' in shown
    assert 'id="stays"' in shown


def test_the_name_is_typed_before_anybody_is_erased(lan, page, admin):
    refused = admin.browser().post(page, {"reason": "asked", "name": "Lan"})
    assert refused.status_code == 422
    assert Person.objects.get(pk=lan.pk).erased_at is None


def test_an_administrator_erases_by_the_name_however_it_is_typed(lan, page, admin):
    browser = admin.browser()
    done = browser.post(page, {"reason": "consent_withdrawn", "name": "tran thi lan"}, follow=True)
    assert done.status_code == 200
    assert "Trần Thị Lan" not in done.content.decode()
    assert json.loads(Act.objects.get(verb="erase_person").why) == {"reason": "consent_withdrawn"}


def test_the_history_of_the_record_says_when_it_was_erased(lan, page, admin):
    browser = admin.browser()
    browser.post(page, {"reason": "asked", "name": "Trần Thị Lan"})
    shown = browser.get(reverse("timemachine:record", args=["person", lan.public_id])).content.decode()
    assert "past-head" in shown
    assert "soft" in shown.split("past-head")[1][:200]


def test_a_manager_is_offered_no_erasure(lan, page, binh):
    assert page not in binh.browser().get(reverse("home:person", args=[lan.public_id])).content.decode()
    assert binh.browser().post(page, {"reason": "asked", "name": "Trần Thị Lan"}).status_code == 403


def test_a_program_erases_once(lan, admin, client):
    _, key = team.issue_token(admin.user, name="x", scopes=["read", "write"], by=admin.by, now=NOW)
    how = {"content_type": "application/json", "headers": {"authorization": f"Bearer {key}"}}
    first = client.post(f"/api/people/{lan.public_id}/erase", {"reason": "asked"}, **how)
    again = client.post(f"/api/people/{lan.public_id}/erase", {"reason": "asked"}, **how)
    assert first.status_code == 200
    assert first.json()["rows"] > 1
    assert (again.status_code, again.json()["code"]) == (422, "already_erased")
