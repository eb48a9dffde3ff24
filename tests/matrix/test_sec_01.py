"""SEC-01, FIG-03: every route, every actor, against a table written by hand; a refusal has written nothing."""

import pytest
from django.test import Client

from tests.left_out import ON_POSTGRESQL
from tests.matrix import asking, expectations, routes
from tests.matrix.world import ACTORS

WEB, API = expectations.rows("web"), expectations.rows("api")
#: Who may is asked of Python, what one may see of the database: there once more those who see a team’s and their own.
#: As somebody who sees all, ``test_odd_values`` opens every page there.
ASKING = [actor for actor in ACTORS if not ON_POSTGRESQL or actor in {"manager", "rep_own"}]

pytestmark = pytest.mark.django_db


def test_sec_01_every_page_has_a_row():
    missing = [name for name in routes.web_names() if name not in WEB]
    assert not missing, f"add a row to tests/matrix/web*.toml for: {', '.join(missing)}"


def test_sec_01_every_page_row_says_what_get_and_post_answer():
    assert not [name for name, row in WEB.items() if {"get", "post"} - row.answers.keys()]


def test_sec_01_every_api_route_has_a_row():
    missing = [f"{r.method} {r.name}" for r in routes.api_routes() if r.method not in answers_of(r.name)]
    assert not missing, f"add a row to tests/matrix/api*.toml for: {', '.join(missing)}"


def answers_of(name):
    return API[name].answers if name in API else {}


def test_sec_01_no_row_is_left_over():
    pages, operations = set(routes.web_names()), {(r.name, r.method) for r in routes.api_routes()}
    stale = [name for name in WEB if name not in pages]
    stale += [f"{m} {row.name}" for row in API.values() for m in row.answers if (row.name, m) not in operations]
    assert not stale, f"no such route any more: {', '.join(stale)}"


@pytest.mark.parametrize("name", sorted(WEB))
def test_sec_01_page(world, name):
    row = WEB[name]
    faults = [
        fault
        for method in row.answers
        for actor in ASKING
        for fault in asking.judge(world, row, method, actor, asking.ask_page)
    ]
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("name", sorted(API))
def test_sec_01_api(world, name):
    row = API[name]
    faults = [
        fault
        for method in row.answers
        for actor in ASKING
        for fault in asking.judge(world, row, method, actor, asking.ask_api)
    ]
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.one_engine
def test_whatever_answers_get_answers_head(world):
    """With the same status and nothing to read; what cannot be asked by GET cannot by HEAD."""
    asked = [(row, ask_head(world, row)) for row in WEB.values()]
    token = world.actors["admin"].token
    asked += [(row, ask_head(world, row, token)) for row in API.values() if "get" in row.answers]

    assert [
        (row.name, head.status_code)
        for row, head in asked
        if str(head.status_code) != row.answers["get"]["admin"].rstrip("=") or (not head.streaming and head.content)
    ] == []


def ask_head(world, row, token=""):
    browser = asking.fresh(Client() if token else world.actors["admin"].browser)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return browser.head(asking.address_of(world, row), asking.filled(world, row.data.get("get", {})), headers=headers)


def test_sec_01_absent_and_hidden_answer_alike(world):
    """What Dũng may not see and what nobody ever made have the same body, byte for byte."""
    row = API["/api/tokens/{token_id}"]
    absent = expectations.Row(row.name, row.answers, {"token_id": "@no_such_id"})
    answers = [asking.ask_api(world, each, "delete", "rep_other_team") for each in (row, absent)]

    assert [a.status_code for a in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_a_row_that_expects_wrongly_is_noticed(world):
    wrong = expectations.Row("team:people", {"get": dict.fromkeys(ACTORS, "418")})
    faults = asking.judge(world, wrong, "get", "admin", asking.ask_page)

    assert faults == ["GET team:people as admin: 200, expected 418"]


def test_something_written_by_a_refusal_is_noticed(world):
    def write_first(world, row, method, actor):
        from tests.cast import NOW, acting

        with acting():
            from khoi.team.models import Team

            Team.objects.create(name="Lén", created_at=NOW)
        return asking.ask_page(world, row, method, actor)

    row = expectations.Row("team:invite", {"post": dict.fromkeys(ACTORS, "403")})
    faults = asking.judge(world, row, "post", "rep_own", write_first)

    assert faults == ["POST team:invite as rep_own: 403, but something was written"]
