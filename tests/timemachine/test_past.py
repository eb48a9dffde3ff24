"""Records and lists as of the end of a day: by what we know today, or by what we showed then."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from khoi.accounts import services as accounts
from khoi.activities import services as activities
from khoi.history import services as history
from khoi.leads import services as leads
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.people.models import Person
from khoi.pipeline.models import Opportunity
from khoi.qualification import services as qualification
from khoi.team import services as team
from khoi.timemachine import services as timemachine
from tests.cast import NOW, acting
from tests.timemachine.conftest import add_lead

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """The pages are looked at ten days after it all began."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + 10 * DAY)


def look(member, record, day, known="now", name="home:lead"):
    at = (NOW + day * DAY).date().isoformat()
    return member.browser().get(f"{reverse(name, args=[record.public_id])}?as_of={at}&known={known}")


def text(answer):
    return answer.content.decode()


def test_a_lead_stands_as_it_stood(hers, an):
    leads.edit_lead(hers, changes={"region": "Huế"}, by=an.by, now=NOW + 3 * DAY)
    assert "Hà Nội" in text(look(an, hers, 2))
    assert "Huế" in text(look(an, hers, 3))


def test_the_page_of_the_past_has_no_forms_and_leads_back(hers, an):
    page = text(look(an, hers, 1))
    assert 'class="notice asof"' in page
    assert "<form" not in page.split('id="work"')[1].split("</main>")[0]
    assert f'href="{reverse("home:lead", args=[hers.public_id])}"' in page


def test_what_was_entered_late_is_known_now_and_was_not_shown_then(hers, an):
    activities.log_activity(
        hers.person, kind="call", lead=hers, outcome="busy", body="gọi rồi", occurred_at=NOW + DAY, by=an.by,
        now=NOW + 5 * DAY,
    )  # fmt: skip
    assert "gọi rồi" in text(look(an, hers, 2))
    assert "gọi rồi" not in text(look(an, hers, 2, known="then"))


def test_what_was_taken_back_later_was_shown_then(hers, an):
    with history.act("edit_lead", by=an.by, now=NOW + DAY, subject=hers) as act:
        leads.edit_lead(hers, changes={"region": "Huế"}, by=an.by, now=NOW + DAY)
    timemachine.undo(act, by=an.by, now=NOW + 5 * DAY)
    assert "Huế" not in text(look(an, hers, 2))
    assert "Huế" in text(look(an, hers, 2, known="then"))


def test_what_was_deleted_since_stands_on_its_day(hers, an):
    activities.log_activity(hers.person, kind="note", lead=hers, body="báo giá cũ", by=an.by, now=NOW + DAY)
    lifecycle.delete_records([hers.activities.get()], by=an.by, now=NOW + 5 * DAY)
    for known in ("now", "then"):
        assert "báo giá cũ" in text(look(an, hers, 2, known=known))
        assert "báo giá cũ" not in text(look(an, hers, 6, known=known))


def test_a_stage_follows_the_date_of_its_decision(hers, an):
    with acting("import_file", now=NOW + 5 * DAY):
        qualification.enter_stage(
            hers, stage="sql", basis="imported", occurred_at=NOW + DAY, by=an.by, now=NOW + 5 * DAY
        )
    here = re.compile(r'aria-current="step"[^>]*>(\w+)')
    assert [here.findall(text(look(an, hers, day))) for day in (0, 2)] == [["Nghi"], ["SQL"]]


def test_what_was_not_there_yet_says_so(hers, an):
    assert look(an, hers, -3).status_code == 200
    assert "Hà Nội" not in text(look(an, hers, -3))


def test_people_accounts_and_deals_too(ready, an):
    lead = add_lead(an, "Hoa")
    made = lifecycle.convert_lead(lead, account_name="Suối Mơ", amount=5_000_000, by=an.by, now=NOW + DAY)
    people.edit_person(lead.person, changes={"full_name": "Hoa Lê"}, by=an.by, now=NOW + 3 * DAY)
    assert "Hoa Lê" in text(look(an, lead.person, 4, name="home:person"))
    assert "Hoa Lê" not in text(look(an, lead.person, 2, name="home:person")).split('id="work"')[1]
    assert "Suối Mơ" in text(look(an, made.account, 2, name="home:account"))
    assert "5\xa0tr" in text(look(an, made.opportunity, 2, name="pipeline:deal"))


def test_a_stranger_gets_404_of_every_day(hers, dung):
    assert look(dung, hers, 2).status_code == 404


def lists(member, path, day, **more):
    at = (NOW + day * DAY).date().isoformat()
    return text(member.browser().get(path, {"as_of": at, **more})).split('id="work"')[1]


def test_the_list_of_people_holds_those_of_that_day_by_their_names_of_then(hers, an, admin):
    people.edit_person(hers.person, changes={"full_name": "Mai Hoa"}, by=admin.by, now=NOW + 4 * DAY)
    other = people.add_person(full_name="Mai", phones=["0912000111"], by=admin.by, now=NOW + 4 * DAY)
    people.merge_people(hers.person, loser=other, by=admin.by, now=NOW + 6 * DAY)
    before, between, after = (lists(admin, "/people/", day, known="then") for day in (2, 5, 7))

    assert ("Mai Hoa" in before, before.count("<tr")) == (False, 2)
    assert ("Mai Hoa" in between, between.count("<tr")) == (True, 3)
    assert ("Mai Hoa" in after, after.count("<tr")) == (True, 2)


def test_the_list_of_accounts_holds_what_was_deleted_since_for_the_whole_team(ready, an, binh, dung, admin):
    account = accounts.add_account(name="Sen Vàng", owner=an.user, by=an.by, now=NOW + DAY)
    lifecycle.delete_records([account], by=an.by, now=NOW + 4 * DAY)
    seen = {who: "Sen Vàng" in lists(member, "/accounts/", 2) for who, member in (("binh", binh), ("dung", dung))}

    assert seen == {"binh": True, "dung": False}
    assert "Sen Vàng" not in lists(binh, "/accounts/", 5)


def test_the_list_of_leads_holds_those_of_that_day(hers, an, his):
    with acting("capture_lead", now=NOW + 4 * DAY):
        person = Person.objects.create(full_name="Mai", created_at=NOW + 4 * DAY)
        Lead.objects.create(person=person, owner=an.user, arrived_at=NOW + 4 * DAY, created_at=NOW + 4 * DAY)
    lifecycle.delete_records([hers], by=an.by, now=NOW + 6 * DAY)
    before, between, after = (lists(an, "/leads/", day) for day in (2, 5, 7))
    assert ("Mai" in before, "Mai" in between, "Mai" in after) == (False, True, True)
    assert (before.count("<tr"), between.count("<tr"), after.count("<tr")) == (2, 3, 2)
    assert "Lan" not in before + between + after


def test_the_list_of_deals_shows_amounts_of_that_day(ready, an):
    deal = lifecycle.convert_lead(add_lead(an, "Hoa"), account_name="Suối Mơ", amount=5, by=an.by, now=NOW).opportunity
    with acting("edit_opportunity", now=NOW + 4 * DAY):
        Opportunity.objects.filter(pk=deal.pk).update(amount=9_000_000)
    assert "9\xa0tr" not in lists(an, "/pipeline/list/", 2)
    assert "9\xa0tr" in lists(an, "/pipeline/list/", 5, known="then")


def test_what_is_asked_of_the_database_does_not_grow_with_the_list(ready, an):
    browser, asked = an.browser(), []
    for many in (5, 25):
        for number in range(many):
            add_lead(an, f"Hoa {many} {number}")
        browser.get("/leads/?as_of=2026-11-21")
        with CaptureQueriesContext(connection) as caught:
            browser.get("/leads/?as_of=2026-11-21")
        asked.append(len(caught))
    assert asked[1] <= asked[0] + 2


@pytest.fixture
def ask(client):
    def ask(member, path):
        _, key = team.issue_token(member.user, name="t", scopes=["read"], by=member.by, now=NOW)
        return client.get(path, headers={"Authorization": f"Bearer {key}"})

    return ask


def test_a_program_reads_a_lead_as_of_a_day(hers, an, ask):
    leads.edit_lead(hers, changes={"region": "Huế"}, by=an.by, now=NOW + 3 * DAY)
    path = f"/api/leads/{hers.public_id}?as_of="
    told = [ask(an, path + (NOW + day * DAY).date().isoformat()).json() for day in (-2, 2, 4)]
    assert [one["was_there"] for one in told] == [False, True, True]
    assert [one["values"].get("region") for one in told] == [None, "Hà Nội", "Huế"]
    assert told[1]["values"]["owner"] == str(an.user.public_id)
    assert ask(an, path + "2999-01-01").status_code == 422


def test_a_program_reads_a_deal_as_of_a_day(ready, an, ask):
    deal = lifecycle.convert_lead(add_lead(an, "Hoa"), amount=5, by=an.by, now=NOW).opportunity
    with acting("edit_opportunity", now=NOW + 4 * DAY):
        Opportunity.objects.filter(pk=deal.pk).update(amount=9)
    path = f"/api/opportunities/{deal.public_id}?known=then&as_of={(NOW + DAY).date().isoformat()}"
    told = ask(an, path).json()
    assert (told["values"]["amount"], told["values"]["stage"]) == (5, deal.stage.code)
    assert len(told["hanging"]["pipeline_stage_move"]) == 1
