"""Acts and undo for programs."""

import json
from typing import Any

import pytest

from khoi.history import services as history
from khoi.history.models import Act
from khoi.team import services as team
from tests.cast import NOW
from tests.timemachine.conftest import change

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client):
    def ask(member, method, path, body=None, scopes=("read", "write")):
        _, key = team.issue_token(member.user, name="t", scopes=list(scopes), by=member.by, now=NOW)
        more = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(client, method)(path, headers={"Authorization": f"Bearer {key}"}, **more)

    return ask


def test_acts_are_listed_latest_first_in_parts(hers, an, ask):
    acts = [change(hers, an, region=f"Quận {n}").pk for n in range(3)]
    first = ask(an, "get", "/api/acts?verb=edit_lead&limit=2").json()
    assert [act["id"] for act in first["items"]] == acts[:0:-1]
    second = ask(an, "get", f"/api/acts?verb=edit_lead&limit=2&before={first['next']}").json()
    assert ([act["id"] for act in second["items"]], second["next"]) == (acts[:1], None)


def test_an_act_is_taken_back_without_a_word_and_not_by_a_form(hers, an, ask, client):
    address = f"/api/acts/{change(hers, an, region='Huế').pk}/undo"
    a_file = ask(an, "post", address)  # without a word the client of the tests sends an empty form for files
    _, key = team.issue_token(an.user, name="t", scopes=["read", "write"], by=an.by, now=NOW)
    undone = client.generic("POST", address, headers={"Authorization": f"Bearer {key}"})

    assert (a_file.status_code, a_file.json()["code"]) == (415, "not_json")
    assert undone.status_code == 200


def test_acts_of_one_user(hers, an, binh, ask):
    change(hers, an, region="Huế")
    theirs = change(hers, binh, region="Vinh")
    listed = ask(an, "get", f"/api/acts?verb=edit_lead&user={binh.user.public_id}").json()
    assert [act["id"] for act in listed["items"]] == [theirs.pk]


def test_an_act_tells_its_rows(hers, an, ask):
    act = ask(an, "get", f"/api/acts/{change(hers, an, region='Huế').pk}").json()
    assert act["rows"] == [
        {
            "kind": "leads_lead",
            "op": "u",
            "fields": [{"field": "region", "before": "Hà Nội", "after": "Huế"}],
            "erased": False,
        }
    ]
    assert (act["changes"], act["further"], act["may_undo"]) == (1, 0, True)


def test_a_stranger_gets_404(hers, an, dung, ask):
    act = change(hers, an, region="Huế")
    assert ask(dung, "get", f"/api/acts/{act.pk}").status_code == 404
    assert ask(dung, "post", f"/api/acts/{act.pk}/undo", {}).status_code == 404
    assert ask(dung, "get", "/api/acts/999999999").status_code == 404


def test_an_act_is_taken_back_and_the_undo_too(hers, an, ask):
    act = change(hers, an, region="Huế")
    undone = ask(an, "post", f"/api/acts/{act.pk}/undo", {}).json()
    assert (undone["undone"], undone["kept"]) == ([act.pk], 0)
    assert ask(an, "post", f"/api/acts/{undone['act']}/undo", {}).status_code == 200
    hers.refresh_from_db()
    assert hers.region == "Huế"


def test_dependents_are_a_409_that_names_them(hers, an, ask):
    act, later = change(hers, an, region="Huế"), change(hers, an, region="Vinh")
    refused = ask(an, "post", f"/api/acts/{act.pk}/undo", {})
    assert refused.status_code == 409
    assert refused["Content-Type"] == "application/problem+json"
    assert (refused.json()["code"], refused.json()["dependents"]) == ("dependents", [later.pk])
    both = ask(an, "post", f"/api/acts/{act.pk}/undo", {"with_dependents": True, "agreed": [later.pk]})
    assert both.json()["undone"] == [act.pk, later.pk]


def test_taken_back_twice_is_a_409(hers, an, ask):
    act = change(hers, an, region="Huế")
    ask(an, "post", f"/api/acts/{act.pk}/undo", {})
    assert ask(an, "post", f"/api/acts/{act.pk}/undo", {}).json()["code"] == "already_undone"


def test_a_token_that_only_reads_takes_nothing_back(hers, an, ask):
    act = change(hers, an, region="Huế")
    assert ask(an, "post", f"/api/acts/{act.pk}/undo", {}, scopes=["read"]).status_code == 403
    assert Act.objects.get(pk=act.pk).undone_by is None


@pytest.fixture
def feed(client):
    """Reads the feed with one key: making a key is a change too. ``feed(member)`` → ask(after, limit)."""

    def reader(member):
        _, key = team.issue_token(member.user, name="t", scopes=["read"], by=member.by, now=NOW)

        def read(after="0", limit=1000):
            address = f"/api/changes?after={after}&limit={limit}"
            return client.get(address, headers={"Authorization": f"Bearer {key}"}).json()

        return read

    return reader


def read_on(read, after, limit):
    """Everything behind a place, and where it ends."""
    items: list[dict[str, Any]] = []
    while (part := read(after, limit))["next"] != after:
        items, after = items + part["items"], part["next"]
    return items, after


def test_changes_are_fed_in_the_order_they_were_made_a_part_at_a_time(hers, an, feed):
    read = feed(an)
    start = read()["next"]
    acts = [change(hers, an, region=f"Quận {n}").pk for n in range(3)]
    fed, _ = read_on(read, start, limit=1)
    assert [item["act"] for item in fed] == acts
    assert fed[2]["fields"] == [{"field": "region", "before": "Quận 1", "after": "Quận 2"}]
    assert fed[0]["record"] == str(hers.public_id)


def test_an_act_with_many_changes_is_fed_whole_over_several_parts(hers, an, feed):
    read = feed(an)
    start = read()["next"]
    with history.act("edit_lead", by=an.by, now=NOW) as act:
        for number in range(5):
            hers.region = f"Quận {number}"
            hers.save()
    fed, end = read_on(read, start, limit=2)
    assert [item["fields"][0]["after"] for item in fed] == [f"Quận {number}" for number in range(5)]
    assert end == str(act.position)


def test_a_row_one_may_not_see_is_left_out_and_the_feed_goes_on(hers, an, dung, feed):
    read = feed(dung)
    start = read()["next"]
    act = change(hers, an, region="Huế")
    assert read(start) == {"items": [], "next": str(act.position)}


@pytest.mark.parametrize("after", ["x", "-1", "1.", "1;drop", "9" * 40])
def test_a_place_that_is_none_is_refused(an, ask, after):
    assert ask(an, "get", f"/api/changes?after={after}").status_code == 422
