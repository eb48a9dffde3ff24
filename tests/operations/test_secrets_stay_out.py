"""Secrets, sessions, raw payloads and mail bodies never enter history, feed, exports or logs: canaries, 0 hits."""

import json
import logging
import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client
from django.utils import timezone

from khoi.capture import services as capture
from khoi.capture.models import Submission
from khoi.capture.views.public import SALT
from khoi.history.models import Act, Change
from khoi.history.rules.actors import SYSTEM
from khoi.lifecycle import services as lifecycle
from khoi.outbox import services as outbox
from khoi.outbox.models import Mail
from khoi.team import jobs
from khoi.team import services as team
from khoi.team.models import Session, Token
from tests.cast import NOW

pytestmark = pytest.mark.django_db
PASSWORD, PAYLOAD, BODY = "qzpasswordcanary chín con trâu", "qzpayloadcanary", "qzmailbodycanary"
EXPORTS = (
    "/leads/export/",
    "/pipeline/deals.csv",
    *(f"/reports/{report}.csv" for report in ("funnel", "sources", "pipeline", "response")),
)


#: What is secret → the words to look for.
Planted = dict[str, str]


def breaks(*args, **kwargs):
    raise RuntimeError("broken")


def logged_in(member) -> tuple[Client, str]:
    """Through the front door, with a password of their own."""
    browser = Client()
    browser.post("/log-in/", {"email": member.user.email, "password": PASSWORD})
    return browser, str(browser.cookies[settings.SESSION_COOKIE_NAME].value)


def reset_link(member, monkeypatch) -> str:
    """The secret of a link for a new password: opened, tried with a password that is too weak, and broken off."""
    Client().post("/forgotten/", {"email": member.user.email})
    jobs.answer_forgotten(timezone.now())
    secret = str(re.findall(r"/welcome/([^/\s]+)", Mail.objects.latest("id").text)[0])
    for body in (None, {"password": "1"}):
        address = f"/welcome/{secret}/"
        assert (Client().get(address) if body is None else Client().post(address, body)).status_code < 500
    with monkeypatch.context() as patched:
        patched.setattr(team, "use_ticket", breaks)
        broken = Client(raise_request_exception=False).post(f"/welcome/{secret}/", {"password": PASSWORD})
        assert broken.status_code == 500
    return secret


def a_form_with_more_than_was_asked(form) -> None:
    page = Client().get(f"/f/{form.slug}").content.decode()
    words = signing.loads(re.findall(r'name="token" value="([^"]+)"', page)[0], salt=SALT)
    token = signing.dumps(words | {"t": words["t"] - 60}, salt=SALT, compress=True)
    said = {"name": "Mai Chi", "phone": "0901 000 123", "email": "chi@lasen.example", "company": "Lá Sen"}
    answers = {**said, "zzz": PAYLOAD, "token": token}
    assert Client().post(f"/f/{form.slug}", answers, headers={"User-Agent": PAYLOAD}).status_code < 400


def program(browser) -> str:
    """A token as its page shows it once."""
    page = browser.post("/me/tokens/", {"name": "Kho", "may": "read write"}).content.decode()
    return str(re.findall(r"khoi_[\w-]{20,}", page)[0])


@pytest.fixture
def log(caplog) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


@pytest.fixture
def planted(ready, admin, log, monkeypatch) -> Planted:
    """Every secret was used, also by requests that were refused or broke."""
    team.set_password(admin.user, password=PASSWORD, by=admin.by, now=NOW)
    browser, session = logged_in(admin)
    token, link = program(browser), reset_link(admin, monkeypatch)
    a_form_with_more_than_was_asked(capture.prepare_forms(by=SYSTEM, now=NOW))
    outbox.queue_mail(to="ai@khoi.test", kind="test", subject="Chào", text=BODY, now=NOW)
    headers = {"Authorization": f"Bearer {token}"}
    Client().post("/api/leads", json.dumps({"nothing": PAYLOAD}), "application/json", headers=headers)

    with monkeypatch.context() as patched:
        patched.setattr(lifecycle, "capture_lead", breaks)
        body = json.dumps({"full_name": PAYLOAD})
        assert Client().post("/api/leads", body, "application/json", headers=headers).status_code == 500
    return {
        "password": PASSWORD,
        "session": session,
        "token": token,
        "link": link,
        "payload": PAYLOAD,
        "body": BODY,
    }


def found(planted: Planted, *texts: str) -> set[str]:
    return {name for name, words in planted.items() if any(words in text for text in texts)}


def test_the_canaries_live_where_they_belong(planted, admin):
    assert Session.objects.filter(user_id=admin.pk).exists()
    assert Token.objects.filter(name="Kho").exists()
    assert Mail.objects.filter(text=BODY).exists()
    assert any(PAYLOAD in f"{s.payload}{s.user_agent}" for s in Submission.objects.all())


def test_none_of_them_is_in_history(planted):
    rows = [*Change.objects.values_list("before", "personal"), *Act.objects.values_list("why", "actor_label", "key")]
    assert len(rows) > 20
    assert found(planted, str(rows)) == set()


def test_none_of_them_is_fed_or_exported(planted, admin):
    browser, _ = logged_in(admin)
    headers = {"Authorization": f"Bearer {planted['token']}"}
    texts = [Client().get("/api/changes?limit=1000", headers=headers).content.decode()]
    assert len(json.loads(texts[0])["items"]) > 20
    for address in EXPORTS:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        texts.append(b"".join(answer).decode("utf-8-sig"))
    assert found(planted, *texts) == set()


def test_none_of_them_is_logged(planted, log):
    formatter = logging.Formatter("%(name)s %(message)s")
    lines = [formatter.format(record) + repr(record.args) for record in log.get_records("setup")]
    assert any("/api/leads failed" in line for line in lines)
    assert any("/welcome/…" in line for line in lines)
    assert found(planted, *lines) == set()
