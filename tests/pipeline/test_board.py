"""What the board shows and adds up."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khoi.activities import services as activities
from khoi.pipeline import queries
from khoi.pipeline import services as pipeline
from tests.cast import HANOI, NOW, join


def board_of(member, now=NOW, **asked):
    wanted = queries.read_wanted(asked, member.by)
    assert wanted is not None
    return queries.board(wanted, member.by, now, HANOI)


def column(made, code):
    return next(column for column in made.columns if column.stage.code == code)


def names(column):
    return [card.deal.name for card in column.cards]


def test_a_column_says_how_many_how_much_and_how_likely(an, make_deal):
    make_deal("Kho A", stage="proposal", amount=300_000_000)
    make_deal("Kho B", stage="proposal", amount=100_000_001)
    here = column(board_of(an), "proposal")
    assert here.count == 2
    assert here.total.sums == ((400_000_001, "VND"),)
    assert here.weighted.sums == ((200_000_000, "VND"),)


def test_currencies_are_never_added_to_each_other(an, make_deal):
    make_deal("Kho A", amount=300_000_000)
    make_deal("Kho B", amount=100_000, currency="USD")
    made = board_of(an)
    assert sorted(made.total.sums) == [(100_000, "USD"), (300_000_000, "VND")]


def test_only_stages_of_that_forecast_are_committed(an, make_deal):
    make_deal("Kho A", stage="negotiation", amount=70)
    make_deal("Kho B", stage="proposal", amount=30)
    assert board_of(an).committed.sums == ((70, "VND"),)


def test_cards_stand_by_close_date_and_undated_last(an, make_deal):
    make_deal("không ngày")
    make_deal("sau", close_on=date(2027, 1, 5))
    make_deal("trước", close_on=date(2026, 12, 5))
    assert names(column(board_of(an), "prospecting")) == ["trước", "sau", "không ngày"]


def test_a_column_shows_10_cards_and_brings_the_rest_when_asked(an, make_deal):
    for place in range(12):
        make_deal(f"Kho {place}.", close_on=date(2027, 1, 1 + place // 3))
    browser = an.browser()
    page = browser.get("/pipeline/").text
    here = column(board_of(an), "prospecting")
    assert (len(here.cards), here.count) == (10, 12)
    more = next_of(page, "prospecting")
    part = browser.get(more, headers={"HX-Request": "true"}).text
    assert ("Kho 9." in page, "Kho 10." in page) == (True, False)
    assert ("Kho 9." in part, "Kho 10." in part, "Kho 11." in part) == (False, True, True)
    assert next_of(part, "prospecting") == ""


def next_of(page, stage):
    """The address that brings the next cards of a column; '' when it shows all."""
    link = re.search(rf'id="more-{stage}"><a class="btn" href="([^"]+)"', page)
    return html.unescape(link[1]) if link else ""


def test_without_script_the_rest_of_a_column_is_the_list_of_it(an, make_deal):
    for place in range(11):
        make_deal(f"Kho {place}")
    browser = an.browser()
    answer = browser.get(next_of(browser.get("/pipeline/").text, "prospecting"))
    assert answer.headers["Location"] == "/pipeline/list/?view=team&stage=prospecting"


def test_the_rest_of_a_column_shows_a_stranger_nothing(an, dung, make_deal):
    make_deal()
    part = dung.browser().get("/pipeline/?view=all&stage=prospecting&after=~0", headers={"HX-Request": "true"})
    assert (part.status_code, "Kho thành phẩm" in part.text) == (200, False)


@pytest.mark.one_engine
def test_a_full_board_weighs_less_than_50_kilobytes(an, make_deal):
    stages = ["prospecting", "contact", "qualification", "needs_analysis", "proposal", "negotiation"]
    for place in range(150):
        name = f"Hệ thống kho lạnh và dây chuyền đóng gói {place}"
        make_deal(name, stage=stages[place % 6], amount=1_840_000_000, close_on=date(2026, 12, 1))
    page = an.browser().get("/pipeline/?lang=vi").content
    assert page.count(b"data-card=") == 60
    assert len(page) < 50_000


def test_ten_times_the_deals_cost_no_more_queries(an, make_deal):
    def queries_of_a_page():
        browser = an.browser()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert browser.get("/pipeline/").status_code == 200
        return len(asked)

    make_deal("Kho một")
    few = queries_of_a_page()
    for place in range(20):
        make_deal(f"Kho {place}", stage="contact" if place % 2 else "proposal")
    assert queries_of_a_page() == few
    assert few <= 26


def test_a_deal_stands_still_from_the_day_after_its_limit(an, make_deal):
    on = datetime(2026, 11, 5, 23, 0, tzinfo=HANOI).astimezone(UTC)  # 14 days are allowed
    make_deal("đúng hạn", opened_at=on)
    make_deal("quá hạn", opened_at=on - timedelta(days=1))
    made = board_of(an, view="still")
    assert names(column(made, "prospecting")) == ["quá hạn"]
    assert column(made, "prospecting").cards[0].standing.over == 1
    assert dict(made.tabs)["still"] == 1


def test_the_tab_of_this_month_ends_with_it(an, make_deal):
    make_deal("cuối tháng", close_on=date(2026, 11, 30))
    make_deal("tháng sau", close_on=date(2026, 12, 1))
    assert names(column(board_of(an, view="month"), "prospecting")) == ["cuối tháng"]


def test_mine_are_mine_and_the_team_is_the_team(an, binh, make_deal):
    make_deal("của An")
    make_deal("của Bình", owner=binh)
    assert dict(board_of(an).tabs) == {"team": 2, "mine": 1, "still": 0, "month": 0, "all": 2}
    assert board_of(an, view="mine").count == 1
    assert board_of(an, owner=str(binh.user.public_id)).count == 1


def test_who_sells_nothing_begins_with_everybodys_deals(team_hanoi, make_deal):
    make_deal("của An")
    watcher = join("Hoàng Kim Ngân", "ngan@example.vn", "read_only", team_hanoi, visibility="all")
    assert dict(board_of(watcher).tabs) == {"all": 1, "mine": 0, "still": 0, "month": 0}
    assert "của An" in watcher.browser().get("/pipeline/").text


def test_another_team_sees_neither_deal_nor_sum(dung, make_deal):
    make_deal(amount=500)
    made = board_of(dung, view="all")
    assert (made.count, made.total.sums) == (0, ())
    assert "Kho thành phẩm" not in dung.browser().get("/pipeline/?view=all").text


def test_a_deal_without_an_open_task_has_no_next_step(an, converted):
    assert board_of(an).without_step == 1
    task = activities.add_task(title="Gọi lại", owner=an.user, lead=converted.lead, by=an.by, now=NOW)
    assert board_of(an).without_step == 0
    assert column(board_of(an), "prospecting").cards[0].next_step == task
    activities.complete_task(task, by=an.by, now=NOW)
    assert board_of(an).without_step == 1


def test_the_ends_tell_of_this_quarter(an, make_deal):
    won, lost, long_ago = make_deal("thắng", amount=90), make_deal("thua", amount=30), make_deal("xưa", amount=7)
    pipeline.move_opportunity(won, stage="closed_won", by=an.by, now=NOW)
    pipeline.move_opportunity(lost, stage="closed_lost", reason="price", by=an.by, now=NOW)
    pipeline.move_opportunity(long_ago, stage="closed_won", by=an.by, now=NOW, occurred_at=NOW - timedelta(days=90))
    ends = {end.stage.code: (end.count, end.total.sums, end.period) for end in board_of(an).ends}
    assert ends == {"closed_won": (1, ((90, "VND"),), "2026-Q4"), "closed_lost": (1, ((30, "VND"),), "2026-Q4")}


def test_the_page_shows_money_the_way_it_is_said(an, make_deal):
    make_deal(amount=1_840_000_000, stage="proposal")
    page = an.browser().get("/pipeline/?lang=vi").text
    assert "1,84\N{NO-BREAK SPACE}tỷ\N{NO-BREAK SPACE}₫" in page
    assert "920\N{NO-BREAK SPACE}tr" in page


def test_an_empty_board_says_what_it_is_for(an, ready):
    page = an.browser().get("/pipeline/").text
    assert "data-board" not in page
    assert "/pipeline/new/" in page


def test_an_empty_list_says_what_it_is_for_and_a_filter_that_leaves_nothing_says_so(an, ready, make_deal):
    new = an.browser().get("/pipeline/list/?lang=en").text
    make_deal()
    filtered = an.browser().get("/pipeline/list/?lang=en&q=zzz").text

    assert "Deals stand here" in new
    assert "No deal meets these conditions" in filtered


def test_a_tab_without_deals_leads_to_the_others(an, deal):
    said = "Mục này chưa có cơ hội nào đang mở"
    assert said in an.browser().get("/pipeline/?view=still").text
    assert said not in an.browser().get("/pipeline/?view=all").text


@pytest.mark.parametrize("asked", ["view=x&owner=y&pipeline=z&stage=q", "owner=00000000-0000-4000-8000-000000000000"])
def test_words_the_address_does_not_know_count_as_not_said(an, deal, asked):
    assert deal.name in an.browser().get(f"/pipeline/?{asked}").text
