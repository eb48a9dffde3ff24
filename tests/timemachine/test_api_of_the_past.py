"""Lists and records for programs as of a day, with today's rights."""

from datetime import timedelta

import pytest

from khoi.activities import services as activities
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.routing import services as routing
from khoi.team import services as team
from khoi.timemachine.queries import then
from khoi.touchpoints import services as touchpoints
from tests.cast import NOW, join

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client):
    def ask(member, path):
        _, key = team.issue_token(member.user, name="t", scopes=["read"], by=member.by, now=NOW)
        return client.get(f"/api/{path}", headers={"Authorization": f"Bearer {key}"})

    return ask


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """Asked ten days after it all began."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=10))


def on(day):
    return (NOW + timedelta(days=day)).date().isoformat()


def test_lists_for_programs_stand_as_of_a_day(hers, his, an, ask):
    people.edit_person(hers.person, changes={"full_name": "Hồng"}, by=an.by, now=NOW + timedelta(days=4))
    deal = lifecycle.convert_lead(hers, amount=5, by=an.by, now=NOW + timedelta(days=6)).opportunity
    told = {
        path: [len(ask(an, f"{path}as_of={on(day)}").json()["items"]) for day in (-2, 2, 7)]
        for path in ("leads?q=hoa&", "leads?stage=opportunity&", "people?", "opportunities?state=open&", "tasks?")
    }
    assert told == {
        "leads?q=hoa&": [0, 1, 0],
        "leads?stage=opportunity&": [0, 0, 1],
        "people?": [0, 1, 1],
        "opportunities?state=open&": [0, 0, 1],
        "tasks?": [0, 0, 0],
    }
    hits = [ask(an, f"search?q=hoa&as_of={on(day)}").json() for day in (2, 7)]
    assert [len(found["people"]) for found in hits] == [1, 0]
    assert ask(an, f"opportunities?as_of={on(7)}").json()["items"][0]["id"] == str(deal.public_id)


def test_programs_see_of_every_day_what_they_may_see_today(hers, his, an, dung, admin, ask):
    routing.assign_lead(hers, owner=dung.user, by=admin.by, now=NOW + timedelta(days=4))
    for known in ("now", "then"):
        asked = f"as_of={on(2)}&known={known}"
        lists = [ask(an, f"{path}{asked}") for path in ("leads?", "people?", "search?q=hoa&")]
        assert ["Hoa" in one.content.decode() for one in lists] == [False, False, False]
        assert "Hoa" in ask(dung, f"leads?{asked}").content.decode()
        assert ask(an, f"leads/{hers.public_id}?{asked}").status_code == 404
        assert ask(an, f"leads/{hers.public_id}/score?{asked}").status_code == 404


def test_a_partner_asks_in_vain_for_earlier_days(hers, ask):
    partner = join("Đối Tác", "partner@example.vn", "partner", None, visibility="own")
    for path in ("leads", "people", "search", "tasks", "activities"):
        assert ask(partner, f"{path}?as_of={on(2)}").status_code == 403


@pytest.mark.parametrize(("day", "code"), [("x", "invalid"), ("2026-02-31", "invalid"), ("2999-01-01", "bad_day")])
def test_a_day_that_is_none_or_is_to_come_is_refused_with_the_reason(hers, an, ask, day, code):
    for path in ("leads", f"leads/{hers.public_id}", f"people/{hers.person.public_id}", "search", "reports/pipeline"):
        answer = ask(an, f"{path}?as_of={day}")
        assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
        assert answer.json()["code"] == code


def test_a_day_too_far_away_is_refused_before_it_takes_long(hers, an, ask, monkeypatch):
    monkeypatch.setattr(then, "MOST", 0)
    people.edit_person(hers.person, changes={"full_name": "Hồng"}, by=an.by, now=NOW + timedelta(days=4))
    assert ask(an, f"leads?as_of={on(2)}").json()["code"] == "too_far_back"


def test_records_of_every_kind_are_told_as_of_a_day(hers, an, ask):
    made = lifecycle.convert_lead(hers, account_name="Suối Mơ", amount=5, by=an.by, now=NOW + timedelta(days=2))
    task = activities.add_task(title="Gọi", owner=an.user, lead=hers, by=an.by, now=NOW + timedelta(days=2))
    call = activities.log_activity(hers.person, kind="call", lead=hers, by=an.by, now=NOW + timedelta(days=2))
    for path, record in (
        ("people", hers.person), ("accounts", made.account), ("tasks", task), ("activities", call)
    ):  # fmt: skip
        told = [ask(an, f"{path}/{record.public_id}?as_of={on(day)}").json() for day in (-1, 3)]
        assert [one["was_there"] for one in told] == [False, True]


def test_a_score_is_told_as_of_a_day(hers, an, ask):
    touchpoints.record_touchpoint(hers.person, kind="demo_request", by=an.by, now=NOW + timedelta(days=4))
    path = f"leads/{hers.public_id}/score?as_of="
    assert [ask(an, path + on(day)).json()["engagement"] > 0 for day in (2, 5)] == [False, True]


def test_every_list_and_record_route_says_that_it_looks_back(client):
    paths = client.get("/api/openapi.json").json()["paths"]
    asked = {path for path, on_it in paths.items() if "as_of" in str(on_it.get("get", {}).get("parameters"))}
    records = {"leads/{lead_id}", "people/{person_id}", "accounts/{account_id}", "opportunities/{opportunity_id}"}
    records |= {"tasks/{task_id}", "activities/{activity_id}", "leads/{lead_id}/score"}
    lists = {"leads", "people", "accounts", "opportunities", "tasks", "activities", "search"}
    lists |= {"sources", "campaigns", "costs", "pipelines"}
    assert {f"/api/{name}" for name in records | lists} <= asked
