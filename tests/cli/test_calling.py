"""A lead's whole life from the command line."""

import json

import pytest

from khoi.cli import main
from khoi.history.models import Act
from khoi.history.queries import version_of
from khoi.pipeline.models import Opportunity
from khoi.team.api.bearer import INSIDE

pytestmark = pytest.mark.django_db


@pytest.fixture
def khoi(ready, admin, monkeypatch, capsys):
    monkeypatch.setenv("KHOI_LANG", "en")

    def call(*words, code=0):
        assert main(["api", *words]) == code
        said = capsys.readouterr().out
        return json.loads(said) if said else {}

    return call


def test_a_lead_comes_in_is_qualified_converted_and_won(khoi, an):
    lead = khoi(
        "post", "/leads", '{"full_name": "Lý Văn Tân", "emails": ["tan@example.vn"], "company_name": "Tân Lập"}'
    )
    path = f"/leads/{lead['id']}"
    khoi("post", f"{path}/assign", json.dumps({"owner": str(an.user.public_id)}))
    khoi("post", f"{path}/accept", "--as", "an@example.vn")
    khoi("post", f"{path}/bant", '{"kind": "budget", "amount": 40000000, "currency": "VND"}')
    khoi("post", f"{path}/convert", "{}")
    deal = Opportunity.objects.get()
    words = (f"/opportunities/{deal.public_id}", '{"stage": "closed_won"}', "--version", str(version_of(deal)))
    won = khoi("patch", *words)

    assert (won["stage"], khoi("get", path)["stage"]) == ("closed_won", "customer")
    assert Act.objects.filter(via="cli", verb="accept_lead", actor_id=an.pk).exists()


def test_the_version_is_told_beside_the_answer_and_names_stay_readable(khoi, capsys):
    lead = khoi("post", "/leads", '{"full_name": "Lý Văn Tân", "emails": ["tan@example.vn"]}')
    main(["api", "get", f"/leads/{lead['id']}"])
    told = capsys.readouterr()

    assert "Lý Văn Tân" in told.out
    version = told.err.strip().removeprefix("Version ")
    khoi("patch", f"/leads/{lead['id']}", '{"need": "hai máy"}', "--version", version)


def test_the_same_word_again_gets_the_first_answer(khoi):
    words = ("post", "/leads", '{"full_name": "Hoa", "emails": ["hoa@example.vn"]}', "--key", "k1")

    assert khoi(*words)["id"] == khoi(*words)["id"]


def test_what_the_api_refuses_ends_with_3_and_says_why(khoi):
    assert khoi("get", "/leads/00000000-0000-4000-8000-000000000000", code=3)["code"] == "not_found"
    assert khoi("post", "/leads", "{}", code=3)["status"] == 422
    assert khoi("post", "/leads", "{nonsense", code=3)["code"] == "bad_json"


def test_a_user_acts_with_their_own_rights(khoi, an, dung):
    theirs = khoi("post", "/leads", '{"full_name": "Hoa", "emails": ["hoa@example.vn"]}')
    khoi("post", f"/leads/{theirs['id']}/assign", json.dumps({"owner": str(an.user.public_id)}))

    assert khoi("get", f"/leads/{theirs['id']}", "--as", "an@example.vn")["id"] == theirs["id"]
    khoi("get", f"/leads/{theirs['id']}", "--as", "dung@example.vn", code=3)
    assert main(["api", "get", "/leads", "--as", "nobody@example.vn"]) == 2


def test_sec_01_no_header_of_a_request_names_the_actor(client, ready, admin):
    for name in (INSIDE, "KHOI_ACTOR", "HTTP_KHOI_ACTOR", "HTTP_KHOI.ACTOR"):
        assert client.get("/api/leads", **{name: admin.by if name != INSIDE else "admin"}).status_code == 401
    assert client.get("/api/leads", headers={"khoi.actor": "admin", "Khoi-Actor": "admin"}).status_code == 401
