"""The bin: what was deleted, and bringing it back, in the browser and for programs."""

import json

import pytest
from django.urls import reverse

from khoi.activities import services as activities
from khoi.history.models import Act
from khoi.history.queries import version_of
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.team import services as team
from khoi.timemachine.queries.dump import canonical
from tests.cast import NOW
from tests.timemachine.conftest import add_lead, change

pytestmark = pytest.mark.django_db


def url(name, record):
    return reverse(name, args=[record.public_id])


def delete(lead, by, **typed):
    return by.browser().post(url("lifecycle:delete_lead", lead), typed)


@pytest.fixture
def ask(client):
    def ask(member, method, path, body=None, **headers):
        _, key = team.issue_token(member.user, name="t", scopes=["read", "write"], by=member.by, now=NOW)
        more = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(client, method)(path, headers={"Authorization": f"Bearer {key}", **headers}, **more)

    return ask


def test_a_deleted_lead_is_in_the_bin_and_one_click_brings_it_back(hers, an):
    before = list(canonical())
    page = an.browser()
    page.post(url("lifecycle:delete_lead", hers))
    shown = page.get("/history/bin/").content.decode()
    assert "Hoa" in shown
    act = Act.objects.latest("id")
    answer = page.post(reverse("timemachine:undo", args=[act.pk]), {"next": url("home:lead", hers)}, follow=True)
    assert answer.status_code == 200
    assert list(canonical()) == before
    assert "Hoa" not in page.get("/history/bin/").content.decode()


def test_a_stranger_finds_nothing_at_its_address_and_nothing_in_the_bin(hers, an, dung):
    delete(hers, an)
    assert dung.browser().get(url("home:lead", hers)).status_code == 404
    assert "Hoa" not in dung.browser().get("/history/bin/").content.decode()


def test_who_may_restore_it_is_told_at_its_address(hers, an, binh):
    delete(hers, an)
    for member in (an, binh):
        answer = member.browser().get(url("home:lead", hers))
        assert answer.status_code == 410
        assert "Nguyễn Thị An" in answer.content.decode()


def test_a_reader_finds_nothing_at_its_address(hers, an, chi):
    """Who may look at history but not take back what others did."""
    delete(hers, an)
    assert chi.browser().get(url("home:lead", hers)).status_code == 404


def test_the_bin_is_searched_by_name_without_marks(ready, an):
    for name in ("Lê Thị Hòa", "Trần Lan"):
        delete(add_lead(an, name), an)
    shown = an.browser().get("/history/bin/?q=hoa le").content.decode()
    assert "Lê Thị Hòa" in shown
    assert "Trần Lan" not in shown


def test_chosen_rows_go_as_one_act(ready, an):
    leads = [add_lead(an, name) for name in ("Hoa", "Lan", "Mai", "Cúc")]
    an.browser().post("/leads/delete/", {"pick": [str(lead.public_id) for lead in leads]})
    assert not Lead.objects.exists()
    [entry] = Act.objects.filter(verb="delete_leads")
    assert entry.change_set.filter(op="d").count() == 4


def test_a_person_with_a_lead_is_asked_about_first(hers, an):
    address = url("lifecycle:delete_person", hers.person)
    asked = an.browser().post(address)
    assert (asked.status_code, Person.objects.count()) == (409, 1)
    an.browser().post(address, {"along": f"lead:{hers.pk}"})
    assert not Person.objects.exists()


def test_what_stands_in_the_way_of_restoring_is_named(hers, admin):
    page = admin.browser()
    page.post(url("lifecycle:delete_lead", hers))
    act = Act.objects.latest("id")
    page.post(url("lifecycle:delete_person", hers.person))
    answer = page.post(reverse("timemachine:undo", args=[act.pk]))
    assert answer.status_code == 409
    assert str(Act.objects.latest("id").pk) in answer.content.decode()


def test_a_program_deletes_under_the_version_it_saw(hers, an, ask):
    seen = version_of(hers)
    change(hers, an, region="Huế")
    path = f"/api/leads/{hers.public_id}"
    assert ask(an, "delete", path).status_code == 428
    assert ask(an, "delete", path, **{"If-Match": str(seen)}).status_code == 409
    answer = ask(an, "delete", path, **{"If-Match": str(version_of(hers))})
    [entry] = ask(an, "get", "/api/bin").json()["items"]
    assert (entry["act"], entry["names"], entry["may_restore"]) == (answer.json()["act"], ["Hoa"], True)
    assert ask(an, "post", f"/api/acts/{entry['act']}/undo", {}).status_code == 200
    assert ask(an, "get", path).status_code == 200


def test_a_repeated_delete_is_answered_as_the_first(hers, an, ask):
    path, once = f"/api/leads/{hers.public_id}", {"If-Match": str(version_of(hers)), "Idempotency-Key": "weg-1"}
    first = ask(an, "delete", path, **once)
    second = ask(an, "delete", path, **once)
    assert (second.status_code, second.json()) == (200, first.json())


def test_a_program_says_that_leads_may_go_along(hers, an, ask):
    path, seen = f"/api/people/{hers.person.public_id}", {"If-Match": str(version_of(hers.person))}
    refused = ask(an, "delete", path, **seen)
    assert (refused.status_code, refused.json()["along"]) == (409, {"leads": 1})
    assert ask(an, "delete", f"{path}?along=true", **seen).status_code == 200


def test_a_logged_call_is_deleted_from_the_timeline(hers, an):
    activities.log_activity(hers.person, kind="call", lead=hers, outcome="busy", by=an.by, now=NOW)
    call = hers.activities.get()
    assert url("lifecycle:delete_activity", call) in an.browser().get(url("home:lead", hers)).content.decode()
    an.browser().post(url("lifecycle:delete_activity", call))
    assert not hers.activities.exists()
