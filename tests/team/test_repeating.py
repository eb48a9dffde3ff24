"""A second sending is told what its sender may see today: replayed answers pass the gateway with today's rights."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from khoi.activities.models import Activity
from khoi.history.models import Act, Answer
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.pipeline.models import Opportunity
from khoi.team import services as team
from khoi.team.models import Token, User
from tests.cast import NOW, acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(ready, an) -> Lead:
    sen = lifecycle.Enquiry(full_name="Hoa Sen", emails=("sen@bimat.vn",), source="web_form", owner=an.user)
    return lifecycle.capture_lead(sen, by=an.by, now=NOW).lead


class Program:
    def __init__(self, member, scopes=("read", "write")):
        _, plain = team.issue_token(member.user, name="p", scopes=list(scopes), by=member.by, now=timezone.now())
        self.headers = {"Authorization": f"Bearer {plain}"}

    def ask(self, method, path, body=None, **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return getattr(Client(), method)(
            f"/api/{path}", json.dumps(body or {}), "application/json", headers={**self.headers, **sent}
        )

    def see(self, path):
        return Client().get(f"/api/{path}", headers=self.headers)


@pytest.fixture
def changed(lead, an):
    """An's program has changed her lead; asked again it gets the answer again."""
    program = Program(an)
    version = program.see(f"leads/{lead.public_id}")["ETag"]

    def again(by=program):
        return by.ask("patch", f"leads/{lead.public_id}", {"need": "x"}, If_Match=version, Idempotency_Key="k1")

    assert (again().status_code, again()["Idempotent-Replayed"]) == (200, "true")
    return again


def give_away(lead, to):
    with acting():
        Lead.objects.filter(pk=lead.pk).update(owner=to.user)


def make(member, **values):
    with acting():
        User.objects.filter(pk=member.pk).update(**values)


def test_a_repeated_change_of_a_lead_that_went_to_somebody_else_finds_nothing(lead, changed, dung):
    give_away(lead, dung)
    acts = Act.objects.count()
    answer = changed()
    assert (answer.status_code, "sen@bimat.vn" in answer.content.decode()) == (404, False)
    assert Act.objects.count() == acts


def test_a_repeated_conflict_tells_nothing_of_a_lead_that_went_to_somebody_else(lead, an, dung):
    program, address = Program(an), f"leads/{lead.public_id}"
    old = program.see(address)["ETag"]
    program.ask("patch", address, {"need": "két sắt"}, If_Match=old)

    def again():
        return program.ask("patch", address, {"need": "x"}, If_Match=old, Idempotency_Key="k1")

    assert (again().status_code, again().json()["conflicts"]["need"]["theirs"]) == (409, "két sắt")
    give_away(lead, dung)
    assert (again().status_code, "két sắt" in again().content.decode()) == (404, False)


def test_a_repeated_change_by_somebody_who_may_only_read_by_now_is_refused(changed, an):
    make(an, role="read_only")
    assert (changed().status_code, changed().json()["action"]) == (403, "lead.edit")


def test_a_repeated_change_with_a_token_that_only_reads_is_refused(changed, an):
    assert changed(Program(an, scopes=("read",))).status_code == 403


def test_a_repeated_enquiry_tells_no_more_than_that_it_was_done_when_its_lead_is_out_of_sight(ready, an, dung):
    program, enquiry = Program(an), {"full_name": "Hoa", "source": "web_form", "emails": ["sen@bimat.vn"]}
    first = program.ask("post", "leads", enquiry, Idempotency_Key="k1")
    assert program.ask("post", "leads", enquiry, Idempotency_Key="k1").content == first.content
    give_away(Lead.objects.get(), dung)
    again = program.ask("post", "leads", enquiry, Idempotency_Key="k1")
    assert (first.status_code, again.status_code, again.content, Lead.objects.count()) == (201, 204, b"", 1)


def test_whoever_gives_a_lead_away_and_asks_again_does_it_once(lead, binh, dung):
    program, body = Program(binh), {"owner": str(dung.user.public_id)}
    first = program.ask("post", f"leads/{lead.public_id}/assign", body, Idempotency_Key="k1")
    acts = Act.objects.count()
    again = program.ask("post", f"leads/{lead.public_id}/assign", body, Idempotency_Key="k1")
    assert (first.status_code, again.status_code, Act.objects.count()) == (200, 404, acts)


def test_a_repeated_conversion_hides_a_deal_that_went_to_somebody_else(lead, an, dung):
    program, address = Program(an), f"leads/{lead.public_id}/convert"
    first = program.ask("post", address, {"account_name": "Lá Sen"}, Idempotency_Key="k1")
    with acting():
        Opportunity.objects.update(owner=dung.user)
    again = program.ask("post", address, {"account_name": "Lá Sen"}, Idempotency_Key="k1")
    assert (first.status_code, again.status_code, again.content) == (201, 204, b"")


def test_a_page_sent_again_asks_for_todays_rights(lead, an, dung):
    browser, note = an.browser(), {"lead": str(lead.public_id), "kind": "note", "text": "f", "once": "f1"}
    assert [browser.post("/activities/log/", note).status_code for _ in range(2)] == [302, 302]
    make(an, role="read_only")
    assert browser.post("/activities/log/", note).status_code == 403
    make(an, role="rep")
    give_away(lead, dung)
    assert browser.post("/activities/log/", {**note, "once": "f2"}).status_code == 404
    assert Activity.objects.count() == 1


def test_a_page_that_shows_a_new_token_is_kept_nowhere(an):
    browser, form = an.browser(), {"name": "Kho", "may": "read", "once": "t1"}
    first, again = browser.post("/me/tokens/", form), browser.post("/me/tokens/", form)
    assert "khoi_" in first.content.decode()
    assert not Answer.objects.filter(body__contains="khoi_").exists()
    assert (again.status_code, "khoi_" in again.content.decode()) == (409, False)
    assert Token.objects.filter(name="Kho").count() == 1
