"""Lists, the board, search, tasks and Home as of a day: the pages of today over the rows of then, read-only."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError
from django.test import Client

from khoi.accounts.models import Account
from khoi.activities import services as activities
from khoi.campaigns.models import Source
from khoi.custom import services as custom
from khoi.custom.models import CustomField
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import PipelineStage
from khoi.routing import services as routing
from khoi.timemachine import services
from khoi.timemachine.queries import then
from khoi.touchpoints import services as touchpoints
from tests.cast import NOW, acting
from tests.timemachine.conftest import add_lead

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """The pages are looked at ten days after it all began."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + 10 * DAY)


def on(day):
    return (NOW + day * DAY).date().isoformat()


def page(member, path, day, known="now", **asked):
    answer = member.browser().get(path, {"as_of": on(day), "known": known, **asked})
    assert answer.status_code == 200
    return answer.content.decode().split('id="work"')[1].split("</main>")[0]


def names(page):
    return re.findall(r'<a class="cut" href="[^"]+"(?: data-preload)?>([^<]*)</a>', page)


def make(owner, name, day=0.0, **said):
    enquiry = lifecycle.Enquiry(full_name=name, owner=owner.user, **said)
    return lifecycle.capture_lead(enquiry, by=owner.by, now=NOW + day * DAY).lead


@pytest.fixture
def two(ready, an):
    """Hoa with a phone since the first day, Mai who came on the fourth."""
    return make(an, "Hoa", phones=("0912000111",), company_name="Suối Mơ"), make(an, "Mai", day=4)


def test_a_list_holds_those_of_that_day_and_is_searched_by_their_words_of_then(two, an):
    people.edit_person(two[0].person, changes={"full_name": "Hồng"}, by=an.by, now=NOW + 6 * DAY)
    assert names(page(an, "/leads/", 2)) == ["Hoa"]
    assert set(names(page(an, "/leads/", 5))) == {"Hoa", "Mai"}
    found = {q: [names(page(an, "/leads/", day, q=q)) for day in (5, 7)] for q in ("hoa", "hong", "0912 000", "suoi")}
    assert found == {
        "hoa": [["Hoa"], []],
        "hong": [[], ["Hồng"]],
        "0912 000": [["Hoa"], ["Hồng"]],
        "suoi": [["Hoa"], ["Hồng"]],
    }


def test_a_list_is_filtered_by_the_stage_and_the_owner_of_then(two, an, binh, admin):
    hoa = two[0]
    stage = Lead.objects.get(pk=hoa.pk).lifecycle_stage
    routing.assign_lead(hoa, owner=binh.user, by=binh.by, now=NOW + 5 * DAY)
    lifecycle.convert_lead(hoa, account_name="Suối Mơ", amount=5, by=binh.by, now=NOW + 6 * DAY)
    for known in ("now", "then"):
        owners = [names(page(admin, "/leads/", d, known, owner=str(an.user.public_id))) for d in (2, 5)]
        stages = [names(page(admin, "/leads/", d, known, stage="opportunity", view="all")) for d in (5, 6)]
        assert (owners, stages) == ([["Hoa"], ["Mai"]], [[], ["Hoa"]])
        assert "Hoa" in names(page(admin, "/leads/", 5, known, stage=stage))


def test_a_list_is_sorted_and_read_on_as_it_was(ready, an):
    for number in range(25):
        make(an, f"Hoa {number:02}", day=number / 100)
    first = page(an, "/leads/", 2, sort="arrived")
    assert names(first)[:2] == ["Hoa 24", "Hoa 23"]
    place = re.search(r'rel="next" hx-get="[^"]*after=([^&"]+)', first)
    assert place is not None
    assert names(page(an, "/leads/", 2, sort="arrived", after=place[1]))[-1] == "Hoa 00"


def test_scores_and_temperature_are_those_of_that_day(two, an):
    touchpoints.record_touchpoint(two[0].person, kind="demo_request", by=an.by, now=NOW + 6 * DAY)
    lead = Lead.objects.get(pk=two[0].pk)
    assert lead.lasts_until is not None
    before, after = (page(an, "/leads/", day, sort="score") for day in (5, 6))
    assert before.index("Mai") < before.index("Hoa")
    assert after.index("Hoa") < after.index("Mai")


def test_fields_of_ones_own_filter_by_what_stood_in_them_then(two, an, admin):
    custom.add_field("lead", type="number", label="Pallets", by=admin.by, now=NOW)
    with acting():
        CustomField.objects.update(in_lists=True)
    key = CustomField.objects.get().key
    for day, value in ((1, 3), (5, 30)):
        custom.set_values(Lead.objects.get(pk=two[0].pk), {key: Decimal(value)}, by=an.by, now=NOW + day * DAY)
    found = [names(page(an, "/leads/", day, **{f"own.{key}.from": "20"})) for day in (4, 6)]
    assert found == [[], ["Hoa"]]


def test_the_file_of_a_past_list_holds_the_same(two, admin):
    people.edit_person(two[0].person, changes={"full_name": "Hồng"}, by=admin.by, now=NOW + 6 * DAY)
    answer = admin.browser().get("/leads/export/", {"as_of": on(5), "view": "all", "q": "hoa"})
    assert answer["Content-Type"].startswith("text/csv")
    lines = answer.content.decode().splitlines()
    assert (len(lines), "Hoa" in lines[1]) == (2, True)


def test_people_and_accounts_are_found_by_what_they_were_called(two, an):
    made = lifecycle.convert_lead(two[0], account_name="Suối Mơ", by=an.by, now=NOW + DAY)
    people.edit_person(two[0].person, changes={"full_name": "Hồng"}, by=an.by, now=NOW + 6 * DAY)
    lifecycle.delete_records([made.opportunity], by=an.by, now=NOW + 7 * DAY, along=None)
    lifecycle.delete_records(list(Account.objects.all()), by=an.by, now=NOW + 7 * DAY, along=None)
    assert names(page(an, "/people/", 5, q="hoa")) == ["Hoa"]
    assert [names(page(an, "/accounts/", day, q="suoi")) for day in (0, 5, 8)] == [[], ["Suối Mơ"], []]


def test_the_board_has_the_columns_the_deals_and_the_sums_of_that_day(ready, an):
    deal = lifecycle.convert_lead(
        make(an, "Hoa"), account_name="Suối Mơ", amount=5_000_000, by=an.by, now=NOW + DAY
    ).opportunity
    pipeline.edit_opportunity(deal, changes={"amount": 9_000_000}, by=an.by, now=NOW + 3 * DAY)
    with acting("edit_stage"):
        PipelineStage.objects.update(gate={})
    stage = PipelineStage.objects.get(code="proposal")
    pipeline.move_opportunity(deal, stage="proposal", by=an.by, now=NOW + 5 * DAY)
    for known in ("now", "then"):
        empty, first, dearer, moved = (page(an, "/pipeline/", day, known) for day in (0, 2, 4, 6))
        assert f'href="/pipeline/{deal.public_id}/' not in empty
        assert ("5\xa0tr" in first, "9\xa0tr" in first, "9\xa0tr" in dearer) == (True, False, True)
        column = re.compile(rf'id="list-{stage.code}".*?</ul>', re.DOTALL)
        assert [str(deal.public_id) in column.findall(one)[0] for one in (dearer, moved)] == [False, True]
        assert "data-card" not in moved


def test_the_list_of_deals_shows_those_that_were_open_then(two, an):
    deal = lifecycle.convert_lead(two[0], account_name="Suối Mơ", amount=5, by=an.by, now=NOW + DAY).opportunity
    pipeline.move_opportunity(deal, stage="closed_lost", reason="price", by=an.by, now=NOW + 5 * DAY)
    listed = {
        state: [names(page(an, "/pipeline/list/", day, state=state)) != [] for day in (0, 2, 6)]
        for state in ("open", "lost")
    }
    assert listed == {"open": [False, True, False], "lost": [False, False, True]}


def test_search_finds_what_was_there_by_the_words_of_then(two, an):
    people.edit_person(two[0].person, changes={"full_name": "Hồng"}, by=an.by, now=NOW + 6 * DAY)
    assert [("Hoa" in names(page(an, "/search/", day, q="hoa"))) for day in (5, 7)] == [True, False]
    assert "Mai" not in names(page(an, "/search/", 2, q="mai"))


def test_home_is_the_work_of_that_day_without_a_button_to_do_it(two, an):
    activities.add_task(title="Gọi lại", owner=an.user, lead=two[0], due_at=NOW + 2 * DAY, by=an.by, now=NOW + DAY)
    task = two[0].tasks.get()
    activities.complete_task(task, by=an.by, now=NOW + 4 * DAY)
    on_time, after = page(an, "/", 2), page(an, "/", 5)
    assert ("Gọi lại" in on_time, "Gọi lại" in after) == (True, False)
    assert "<form" not in on_time


def test_tasks_are_open_until_the_day_they_were_done(two, an):
    activities.add_task(title="Gọi lại", owner=an.user, lead=two[0], due_at=NOW + 2 * DAY, by=an.by, now=NOW + DAY)
    activities.complete_task(two[0].tasks.get(), by=an.by, now=NOW + 4 * DAY)
    assert ["Gọi lại" in page(an, "/activities/", day) for day in (0, 3, 5)] == [False, True, False]
    assert "Gọi lại" in page(an, "/activities/", 5, view="done")


def test_what_an_import_tells_today_stands_on_its_day_only_in_what_we_know_now(ready, an):
    with acting("import_file", now=NOW + 8 * DAY):
        made = add_lead(an, "Lan")
        Lead.objects.filter(pk=made.pk).update(arrived_at=NOW + DAY, responded_at=NOW + 5 * DAY)
    assert names(page(an, "/leads/", 2)) == ["Lan"]
    assert names(page(an, "/leads/", 2, known="then")) == []


# --- every page


PAGES = ("/", "/leads/", "/people/", "/accounts/", "/pipeline/", "/pipeline/list/", "/activities/", "/search/?q=hoa")


def test_a_page_of_the_past_says_so_leads_back_and_offers_nothing_to_write(two, binh):
    lifecycle.convert_lead(two[0], account_name="Hoa Mai", amount=5, by=binh.by, now=NOW + DAY)
    browser, day = binh.browser(), f"as_of={on(5)}&amp;known"
    for path in PAGES:
        whole = browser.get(f"{path}{'&' if '?' in path else '?'}as_of={on(5)}&known=then").content.decode()
        work = whole.split('id="work"')[1].split("</main>")[0]
        assert 'class="notice asof"' in work, path
        assert f"{day}=now" in work, path
        assert f'href="{path}" data-as-it-is' in work, path
        assert 'method="post"' not in work, path
        assert "data-dialog" not in work, path
        assert not re.search(r'href="[^"]*/(add|new|edit|duplicates|done)/', work), path
        carried = re.findall(r'<a [^>]*href="/(?:leads|people|accounts|pipeline)/[^"]*"[^>]*>', whole)
        assert carried, path
        assert [link for link in carried if day not in link and "data-as-it-is" not in link] == [], path


def test_after_a_look_back_everything_is_as_it_is_today(two, an):
    page(an, "/leads/", 2)
    assert set(names(an.browser().get("/leads/").content.decode())) == {"Hoa", "Mai"}


def test_a_look_back_ends_also_when_something_fails_in_it(two, an):
    def fail():
        with services.looking_back(an.by, NOW + 2 * DAY, known="now", tables=then.TABLES["leads"]):
            assert Lead.objects.count() == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert Lead.objects.count() == 2


def test_nothing_can_be_written_while_looking_back(two, an):
    with services.looking_back(an.by, NOW + 2 * DAY, known="now", tables=then.TABLES["leads"]) as actor:
        assert not actor.may("lead.edit")
        with pytest.raises(DatabaseError), acting():
            Lead.objects.update(region="Huế")


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("asked", "said"),
    [("x", "không phải là một ngày"), ("2026-02-31", "không phải là một ngày"), ("2999-01-01", "chưa tới")],
)
def test_a_day_that_is_none_or_is_to_come_is_said_over_todays_page(two, an, asked, said):
    for path in ("/leads/", "/", f"/leads/{two[0].public_id}/"):
        whole = an.browser().get(path, {"as_of": asked}).content.decode()
        assert ("data-no-past" in whole, said in whole, "asof" in whole) == (True, True, False)
    assert "Mai" in names(an.browser().get("/leads/", {"as_of": asked}).content.decode())


@pytest.mark.one_engine
def test_a_page_without_a_past_says_that_it_shows_today(ready, admin):
    whole = admin.browser().get("/history/", {"as_of": on(2)}).content.decode()
    assert "Trang này không nhìn lại ngày cũ được." in whole


def test_of_a_day_too_far_away_the_list_is_told_plainly(two, an, monkeypatch):
    monkeypatch.setattr(then, "MOST", 0)
    people.edit_person(two[0].person, changes={"full_name": "Hồng"}, by=an.by, now=NOW + 6 * DAY)
    told = page(an, "/leads/", 2, q="nobody")
    assert (names(told), "Không tìm kiếm, sắp xếp được" in told) == (["Hoa"], True)
    assert an.browser().get("/pipeline/", {"as_of": on(2)}).status_code == 422


def test_a_record_tells_its_score_and_its_lines_of_that_day(two, an):
    touchpoints.record_touchpoint(two[0].person, kind="demo_request", by=an.by, now=NOW + 6 * DAY)
    path = f"/leads/{two[0].public_id}/"
    score = re.compile(r'id="score">[^<\d]*(\d+)')
    before, after = (int(score.findall(page(an, path, day))[0]) for day in (5, 6))
    assert before < after
    assert re.search(r"Bảng điểm v1\b", page(an, path, 6))


# --- today's rights


@pytest.fixture
def given_away(ready, an, dung, admin):
    """Kín was An's and is Dũng's today; Mở was Dũng's and is An's today."""
    made = {"Kín": make(an, "Kín"), "Mở": make(dung, "Mở")}
    routing.assign_lead(made["Kín"], owner=dung.user, by=admin.by, now=NOW + 4 * DAY)
    routing.assign_lead(made["Mở"], owner=an.user, by=admin.by, now=NOW + 4 * DAY)
    return made


def test_a_rep_sees_of_every_day_what_she_sees_today_and_nothing_else(given_away, an, dung):
    for known in ("now", "then"):
        for path, asked in (("/leads/", {"view": "all"}), ("/people/", {}), ("/search/", {"q": "k"})):
            assert "Kín" not in page(an, path, 2, known, **asked)
        assert names(page(an, "/leads/", 2, known, view="all")) == ["Mở"]
        assert names(page(dung, "/leads/", 2, known, view="all")) == ["Kín"]
        assert names(page(an, "/people/", 2, known)) == ["Mở"]
        assert names(page(an, "/leads/", 2, known, view="mine")) == []


def test_a_deal_out_of_sight_is_on_no_board_and_in_no_sum(ready, an, dung):
    deal = lifecycle.convert_lead(make(dung, "Lan"), account_name="Kín", amount=7_000_000, by=dung.by, now=NOW)
    for path in ("/pipeline/", "/pipeline/list/"):
        for member, seen in ((an, False), (dung, True)):
            told = page(member, path, 2, view="all", state="every")
            assert ("7\xa0tr" in told, str(deal.opportunity.public_id) in told) == (seen, seen)
    assert "Kín" not in page(an, "/accounts/", 2)


def test_what_was_deleted_since_is_there_for_whoever_would_see_it(given_away, an, dung):
    lifecycle.delete_records([given_away["Kín"]], by=dung.by, now=NOW + 6 * DAY)
    assert names(page(dung, "/leads/", 5, view="all")) == ["Kín"]
    assert names(page(an, "/leads/", 5, view="all")) == ["Mở"]


def test_a_partner_gets_todays_page_with_the_reason(given_away, admin, db):
    from tests.cast import join

    partner = join("Đối Tác", "partner@example.vn", "partner", None, visibility="own")
    with acting():
        Lead.objects.filter(pk=given_away["Kín"].pk).update(owner=partner.user)
    for path in ("/", "/leads/", "/people/", "/search/?q=mo"):
        sign = "&" if "?" in path else "?"
        whole = partner.browser().get(f"{path}{sign}as_of={on(2)}").content.decode()
        assert ("data-no-past" in whole, "Mở" in whole) == (True, False)
    assert "Mở" not in Client().get(f"/leads/?as_of={on(2)}", follow=True).content.decode()


def test_a_lead_whose_source_was_taken_back_since_still_stands_in_its_list(ready, an, admin):
    """A file brought both; of the source nothing is left, of the day there is."""
    with acting("import_file", by=admin.by, now=NOW + DAY) as act:
        source = Source.objects.create(code="fair", name="Fair", created_at=NOW + DAY)
        enquiry = lifecycle.Enquiry(full_name="Hoa", owner=an.user, source=source.code)
        lifecycle.capture_lead(enquiry, by=an.by, now=NOW + DAY)
    services.undo(act, by=admin.by, now=NOW + 5 * DAY)

    assert names(page(an, "/leads/", 3, known="then")) == ["Hoa"]
    assert names(page(an, "/leads/", 3)) == []
