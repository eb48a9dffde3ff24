"""Acts and undo for programs."""

import json

import pytest

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
