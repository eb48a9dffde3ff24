"""The API's manners: problems, versions, answers given once."""

import json

import pytest
from django.test import Client

from khoi.history.models import Act
from khoi.team import services as team
from khoi.team.models import Team, Token, User
from tests.cast import NOW

pytestmark = pytest.mark.django_db


class Program:
    """A program with a token."""

    def __init__(self, member, scopes=("read", "write")):
        self.token, self.key = team.issue_token(member.user, name="t", scopes=scopes, by=member.by, now=NOW)
        self.client = Client(raise_request_exception=False)

    def ask(self, method, address, body=None, **headers):
        headers = {"Authorization": f"Bearer {self.key}", **{n.replace("_", "-"): v for n, v in headers.items()}}
        more = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(self.client, method)(address, headers=headers, **more)


@pytest.fixture
def program(admin):
    return Program(admin)


def test_a_token_knows_whom_it_stands_for(program, admin):
    me = program.ask("get", "/api/me").json()

    assert (me["user"]["email"], me["scopes"]) == (admin.user.email, ["read", "write"])


def test_without_a_token_the_answer_is_a_problem(client):
    answer = client.get("/api/me")

    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("address", ["/api/", "/api/nothing", "/api/users/00000000-0000-4000-8000-000000000000"])
def test_what_is_not_there_is_a_problem(program, address):
    answer = program.ask("get", address)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_method_that_is_not_there_is_a_problem(program):
    assert program.ask("put", "/api/me", {}).json()["code"] == "method_not_allowed"


def test_a_body_that_does_not_fit_names_the_field(program):
    answer = program.ask("post", "/api/teams", {"name": 1, "size": 2})

    assert answer.status_code == 422
    assert {e["field"]: e["code"] for e in answer.json()["errors"]} == {
        "name": "string_type",
        "size": "extra_forbidden",
    }


def test_a_refusal_of_the_business_names_its_field(program, an):
    answer = program.ask("post", "/api/users", {"email": an.user.email, "full_name": "An", "role": "rep"})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "email")


def test_a_fault_of_ours_is_a_problem_and_writes_nothing(program, monkeypatch):
    def write_and_break(*args, **kwargs):
        Team.objects.count()
        raise RuntimeError

    monkeypatch.setattr("khoi.team.services.add_team", write_and_break)
    answer = program.ask("post", "/api/teams", {"name": "Huế"})

    assert (answer.status_code, answer.json()["code"]) == (500, "broken")


def test_invited_users_are_listed_in_parts(program):
    for number in range(3):
        body = {"email": f"u{number}@khoi.test", "full_name": "Ai", "role": "rep"}
        assert program.ask("post", "/api/users", body).status_code == 201
    first = program.ask("get", "/api/users?limit=2").json()
    second = program.ask("get", f"/api/users?limit=2&after={first['next']}").json()

    emails = [user["email"] for part in (first, second) for user in part["items"]]
    assert (emails[1:], second["next"]) == (["u0@khoi.test", "u1@khoi.test", "u2@khoi.test"], None)


# --- once


def test_dur_09_the_same_key_answers_the_same_and_acts_once(program):
    answers = [program.ask("post", "/api/teams", {"name": "Huế"}, Idempotency_Key="k1") for _ in range(3)]

    assert [a.status_code for a in answers] == [201] * 3
    assert len({a.content for a in answers}) == 1
    assert [a.get("Idempotent-Replayed") for a in answers] == [None, "true", "true"]
    assert answers[2]["ETag"] == answers[0]["ETag"]
    assert Team.objects.filter(name="Huế").count() == 1


def test_dur_09_the_same_key_with_another_body_is_refused(program):
    program.ask("post", "/api/teams", {"name": "Huế"}, Idempotency_Key="k1")
    answer = program.ask("post", "/api/teams", {"name": "Vinh"}, Idempotency_Key="k1")

    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert not Team.objects.filter(name="Vinh").exists()


def test_two_programs_may_use_the_same_key(program, binh):
    program.ask("post", "/api/tokens", {"name": "a", "scopes": ["read"]}, Idempotency_Key="k1")
    answer = Program(binh).ask("post", "/api/tokens", {"name": "a", "scopes": ["read"]}, Idempotency_Key="k1")

    assert answer.status_code == 201


def test_a_new_token_is_shown_once_and_kept_nowhere(program):
    first = program.ask("post", "/api/tokens", {"name": "a", "scopes": ["read"]}, Idempotency_Key="k1")
    second = program.ask("post", "/api/tokens", {"name": "a", "scopes": ["read"]}, Idempotency_Key="k1")

    assert (first.status_code, second.json()["code"]) == (201, "shown_once")
    assert Token.objects.filter(name="a").count() == 1


def test_a_key_without_a_token_is_only_a_stranger(client):
    assert client.post("/api/teams", {}, "application/json", headers={"Idempotency-Key": "k"}).status_code == 401


@pytest.mark.parametrize("key", ["", "k" * 201, "a\tb"])
def test_a_key_that_is_none_is_refused(program, key):
    assert program.ask("post", "/api/teams", {"name": "Huế"}, Idempotency_Key=key).json()["code"] == "bad_key"


# --- versions


def test_a_write_names_the_version_it_was_made_against(program, an):
    answer = program.ask("patch", f"/api/users/{an.user.public_id}", {"role": "manager"})

    assert (answer.status_code, answer.json()["code"]) == (428, "version_needed")


@pytest.mark.parametrize("version", ["abc", "-1", "9" * 30, '"1.5"'])
def test_a_version_that_is_none_is_refused(program, an, version):
    answer = program.ask("patch", f"/api/users/{an.user.public_id}", {"role": "manager"}, If_Match=version)

    assert answer.status_code == 400


def test_cor_05_the_same_field_changed_by_two_is_shown_to_the_second(program, an):
    address = f"/api/users/{an.user.public_id}"
    version = program.ask("get", address)["ETag"]
    program.ask("patch", address, {"role": "manager"}, If_Match=version)
    answer = program.ask("patch", address, {"role": "marketer"}, If_Match=version)

    assert answer.status_code == 409
    assert answer.json()["conflicts"] == {"role": {"mine": "marketer", "theirs": "manager", "base": "rep"}}
    assert User.objects.get(pk=an.pk).role == "manager"


def test_cor_05_different_fields_changed_by_two_both_stand(program, an):
    address = f"/api/users/{an.user.public_id}"
    version = program.ask("get", address)["ETag"]
    program.ask("patch", address, {"role": "manager"}, If_Match=version)
    answer = program.ask("patch", address, {"full_name": "An Mới"}, If_Match=version)

    assert answer.status_code == 200
    user = User.objects.get(pk=an.pk)
    assert (user.role, user.full_name) == ("manager", "An Mới")


def test_cor_05_the_version_after_a_conflict_lets_the_change_through(program, an):
    address = f"/api/users/{an.user.public_id}"
    old = program.ask("get", address)["ETag"]
    program.ask("patch", address, {"role": "manager"}, If_Match=old)
    present = program.ask("patch", address, {"role": "marketer"}, If_Match=old).json()["version"]

    assert program.ask("patch", address, {"role": "marketer"}, If_Match=f'"{present}"').status_code == 200


def test_a_version_from_the_future_is_a_conflict(program, an):
    answer = program.ask("patch", f"/api/users/{an.user.public_id}", {"role": "manager"}, If_Match="999999")

    assert (answer.status_code, answer.json()["conflicts"]) == (409, {})


def test_looking_names_the_version_the_last_act_made(program, an):
    address = f"/api/users/{an.user.public_id}"
    old = program.ask("get", address)["ETag"]
    new = program.ask("patch", address, {"full_name": "An Mới"}, If_Match=old)["ETag"]

    assert old != new == program.ask("get", address)["ETag"]


def test_an_act_by_a_program_says_so(program):
    program.ask("post", "/api/teams", {"name": "Huế"})
    act = Act.objects.order_by("-pk")[0]

    assert (act.verb, act.actor_kind, act.via) == ("add_team", "token", "api")


def test_a_token_gives_no_more_than_it_has(admin):
    answer = Program(admin, scopes=("write",)).ask("post", "/api/tokens", {"name": "a", "scopes": ["read"]})

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_too_wide")


def test_openapi_tells_of_problems_and_headers(client):
    told = client.get("/api/openapi.json").json()
    patch = told["paths"]["/api/users/{user_id}"]["patch"]

    assert {p["name"] for p in patch["parameters"]} >= {"If-Match", "Idempotency-Key"}
    assert "application/problem+json" in patch["responses"]["default"]["content"]
