"""SEC-14: the way in tells nobody who is known here."""

import re

import pytest
from django.contrib.auth import hashers
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khoi.team.models import Forgotten

pytestmark = pytest.mark.django_db

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"|data-csrf="[^"]+"')


def body_of(answer, email):
    """The page without its CSRF token and without the address that was typed."""
    return TOKEN.sub("", answer.content.decode()).replace(email, "")


def ask(client, address, email):
    return client.post(address, {"email": email, "password": "chín mươi"})


@pytest.mark.parametrize("address", ["/log-in/", "/forgotten/"])
def test_sec_14_known_and_unknown_get_the_same_bytes(client, an, admin, address):
    pairs = [(ask(client, address, an.user.email), ask(client, address, "ai@example.vn")) for _ in range(4)]

    for known, unknown in pairs:
        assert known.status_code == unknown.status_code
        assert body_of(known, an.user.email) == body_of(unknown, "ai@example.vn")
        assert dict(known.headers).keys() == dict(unknown.headers).keys()


@pytest.mark.parametrize("address", ["/log-in/", "/forgotten/"])
def test_sec_14_known_and_unknown_cost_the_same_work(client, an, address, monkeypatch):
    hashed = []
    hasher = type(hashers.get_hasher())
    encode = hasher.encode

    def counted(*args, **kwargs):
        hashed.append(1)
        return encode(*args, **kwargs)

    monkeypatch.setattr(hasher, "encode", counted)

    def work(email):
        hashed.clear()
        with CaptureQueriesContext(connection) as queries:
            ask(client, address, email)
        return len(hashed), [q["sql"].split()[0] for q in queries if "team_session" not in q["sql"]]

    ask(client, address, "warm@example.vn")
    assert work(an.user.email) == work("ai@example.vn")


def test_sec_14_a_limit_says_nothing_either(client, an):
    for _ in range(10):
        ask(client, "/log-in/", an.user.email)
        ask(client, "/log-in/", "ai@example.vn")
    known, unknown = ask(client, "/log-in/", an.user.email), ask(client, "/log-in/", "ai@example.vn")

    assert known.status_code == unknown.status_code == 429
    assert body_of(known, an.user.email) == body_of(unknown, "ai@example.vn")


def test_sec_14_asking_too_often_looks_the_same_and_writes_no_mail(client, an):
    answers = [ask(client, "/forgotten/", an.user.email) for _ in range(5)]

    assert len({body_of(a, an.user.email) for a in answers}) == 1
    assert list(Forgotten.objects.values_list("email", flat=True)).count(an.user.email) == 3


def test_sec_14_a_void_link_says_nothing_of_whom_it_was_for(client, an):
    answer = client.get("/welcome/" + "a" * 43 + "/")

    assert answer.status_code == 410
    assert an.user.email not in answer.content.decode()
