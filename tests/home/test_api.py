"""Lists, records and search for programs."""

import json

import pytest
from django.test import Client

from khoi.history.rules.actors import SYSTEM
from khoi.team import services as team
from tests.cast import NOW
from tests.home.conftest import ago


def program(member, scopes=("read", "write")):
    """Asks with a token of the member's."""
    _token, secret = team.issue_token(member.user, name="thử", scopes=list(scopes), by=SYSTEM, now=NOW)

    def ask(method, path, body=None, **headers):
        headers["Authorization"] = f"Bearer {secret}"
        more = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(Client(), method)(f"/api{path}", headers=headers, **more)

    return ask


@pytest.fixture
def lead(capture):
    return capture("Nguyễn Thị Hoa", phone="0912 345 678", company_name="Lá Sen", touch_kind="price_request")


def test_the_list_of_leads_goes_on_from_its_cursor(capture, an):
    for n in range(5):
        capture(f"Người {n}", at=ago(days=n))
    ask, names, after = program(an), [], ""
    while after is not None:
        part = ask("get", f"/leads?limit=2&after={after}").json()
        names += [one["person"]["full_name"] for one in part["items"]]
        after = part["next"]
    assert names == [f"Người {n}" for n in range(5)]


def test_the_list_of_leads_takes_the_filters_of_the_page(lead, capture, an, dung):
    capture("Lê Văn Sơn", source="webinar")
    ask = program(an)
    assert [one["engagement"] for one in ask("get", "/leads?q=hoa&sort=score").json()["items"]] in ([29], [30])
    assert len(ask("get", "/leads?source=webinar&source=zalo").json()["items"]) == 1
    assert ask("get", "/leads?stage=nonsense").status_code == 422
    assert program(dung)("get", "/leads").json() == {"items": [], "next": None}


def test_a_person_comes_with_leads_and_addresses(lead, an, dung):
    path = f"/people/{lead.person.public_id}"
    said = program(an)("get", path).json()
    assert (said["phones"], [one["id"] for one in said["leads"]]) == (["+84912345678"], [str(lead.public_id)])
    assert program(dung)("get", path).status_code == 404


def test_a_person_is_changed_under_the_version_that_was_read(lead, an):
    ask, path = program(an), f"/people/{lead.person.public_id}"
    version = ask("get", path)["ETag"]
    assert ask("patch", path, {"job_title": "Trưởng kho"}).status_code == 428
    assert ask("patch", path, {"job_title": "Trưởng kho"}, **{"If-Match": version}).status_code == 200
    late = ask("patch", path, {"job_title": "Giám đốc"}, **{"If-Match": version})
    assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")


def test_an_account_is_added_read_and_changed(open_all_day, an):
    ask = program(an)
    made = ask("post", "/accounts", {"name": "Gốm Đồi Sim", "annual_revenue": 2_000_000_000})
    path = f"/accounts/{made.json()['id']}"
    changed = ask("patch", path, {"region": "Huế"}, **{"If-Match": made["ETag"]}).json()
    assert (made.status_code, changed["region"], changed["owner"]) == (201, "Huế", str(an.user.public_id))
    assert ask("post", "/accounts", {"name": " "}).json()["code"] == "required"


def test_a_task_is_added_changed_and_ticked_off(lead, an):
    ask = program(an)
    made = ask(
        "post", "/tasks", {"title": "Gọi lại", "lead": str(lead.public_id), "due_at": "2030-01-05T09:00:00+07:00"}
    )
    path = f"/tasks/{made.json()['id']}"
    done = ask("patch", path, {"title": "Gửi giá", "done": True}, **{"If-Match": made["ETag"]}).json()
    assert (done["title"], done["done_at"] is not None) == ("Gửi giá", True)
    assert [one["id"] for one in ask("get", "/tasks?owner=me&done=true").json()["items"]] == [made.json()["id"]]
    assert ask("get", "/tasks?owner=me&done=false").json()["items"] == []


def test_a_call_logged_by_a_program_stops_the_clock(lead, an):
    said = program(an)("post", "/activities", {"kind": "call", "lead": str(lead.public_id), "outcome": "connected"})
    lead.refresh_from_db()
    assert (said.status_code, lead.work_status, lead.responded_at is not None) == (201, "contacted", True)


def test_an_activity_is_about_somebody(lead, capture, an):
    ask, other = program(an), capture("Người Khác")
    assert ask("post", "/activities", {"kind": "note", "body": "x"}).json()["code"] == "required"
    both = {"kind": "note", "body": "x", "lead": str(lead.public_id), "person": str(other.person.public_id)}
    assert ask("post", "/activities", both).json()["code"] == "not_in_workspace"


def test_search_tells_people_with_their_leads(lead, an, dung):
    said = program(an)("get", "/search?q=0912+345").json()
    assert said["people"][0]["leads"] == [{"id": str(lead.public_id), "stage": lead.lifecycle_stage}]
    assert program(dung)("get", "/search?q=hoa").json()["people"] == []


def test_a_reading_token_writes_nothing(lead, an):
    ask = program(an, scopes=["read"])
    assert ask("post", "/tasks", {"title": "x"}).status_code == 403
    assert ask("get", "/leads").status_code == 200


def test_two_people_are_made_one_and_the_old_id_answers_with_the_survivor(capture, an, dung):
    one = capture("Phạm Thị Hương", email="huong@x.vn", owner=an).person
    two = capture("Hương Phạm", phone="0987654321", owner=an).person
    ask, body = program(an), {"survivor": str(one.public_id), "loser": str(two.public_id)}
    assert program(dung)("post", "/people/merge", body).status_code == 404
    made = ask("post", "/people/merge", body, **{"Idempotency-Key": "m1"})
    again = ask("post", "/people/merge", body)
    assert (made.status_code, made.json()["already"]) == (200, False)
    assert (again.json()["act"], again.json()["already"]) == (made.json()["act"], True)
    old = ask("get", f"/people/{two.public_id}").json()
    assert (old["id"], old["merged_into"], old["merged"]) == (
        str(one.public_id),
        str(one.public_id),
        [str(two.public_id)],
    )
    assert (old["emails"], old["phones"]) == (["huong@x.vn"], ["+84987654321"])
    assert [person["id"] for person in ask("get", "/people").json()["items"]] == [str(one.public_id)]
    undone = ask("post", f"/acts/{made.json()['act']}/undo", {})
    assert (undone.status_code, undone.json()["stays"]) == (200, [])
    assert ask("get", f"/people/{two.public_id}").json()["merged_into"] is None


def test_the_choices_of_a_merge_say_whose_value_stays(capture, an):
    one = capture("Hương", email="huong@x.vn", owner=an).person
    two = capture("Phạm Thị Hương", email="huong.pham@x.vn", owner=an).person
    body = {
        "survivor": str(one.public_id),
        "loser": str(two.public_id),
        "choices": {"full_name": "loser", "email": "loser"},
    }
    assert program(an)("post", "/people/merge", body).status_code == 200
    said = program(an)("get", f"/people/{one.public_id}").json()
    assert (said["full_name"], said["emails"]) == ("Phạm Thị Hương", ["huong.pham@x.vn", "huong@x.vn"])
    body["choices"] = {"shoe_size": "loser"}
    assert program(an)("post", "/people/merge", body).status_code == 422


def test_a_change_sent_to_the_old_id_reaches_the_survivor(capture, an):
    one, two = (capture(name, owner=an).person for name in ("Hương", "Hương Phạm"))
    ask = program(an)
    ask("post", "/people/merge", {"survivor": str(one.public_id), "loser": str(two.public_id)})
    path = f"/people/{two.public_id}"
    version = ask("get", path)["ETag"]
    changed = ask("patch", path, {"job_title": "Trưởng kho"}, **{"If-Match": version})
    one.refresh_from_db()
    assert (changed.status_code, one.job_title) == (200, "Trưởng kho")
