"""The list of deals, and the file that holds it."""

import csv
import io
from datetime import date, timedelta

import pytest

from khoi.pipeline import queries
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import Opportunity
from khoi.pipeline.queries.lists import part
from tests.cast import NOW


@pytest.mark.parametrize("sort", ["close", "-close", "amount", "-amount", "age", "-age"])
def test_every_deal_stands_in_exactly_one_part_whatever_the_order(make_deal, sort):
    for place in range(9):
        known = {"amount": place // 2 * 10, "close_on": date(2026, 12, 1 + place // 3)} if place < 6 else {}
        make_deal(f"Kho {place}", opened_at=NOW - timedelta(days=place // 2), **known)
    found, after, seen = Opportunity.objects.all(), "", []
    while True:
        here = part(found, sort, after, 2)
        seen += [deal.pk for deal in here.deals]
        if not (after := here.after):
            break
    assert sorted(seen) == sorted(found.values_list("pk", flat=True))
    assert seen == [deal.pk for deal in queries.every(found, sort)]


def test_what_has_no_value_stands_last_both_ways(make_deal):
    make_deal("không")
    make_deal("có", amount=5)
    found = Opportunity.objects.all()
    assert [[deal.name for deal in part(found, sort).deals] for sort in ("amount", "-amount")] == [["có", "không"]] * 2


@pytest.mark.parametrize("after", ["x", "x~y", "~", "2026-13-01~4", "5~5~5"])
def test_a_place_that_is_none_is_the_beginning(an, deal, after):
    assert deal.name in an.browser().get(f"/pipeline/list/?after={after}").text


def test_filters_stand_in_the_address(an, make_deal):
    make_deal("Kho một", stage="contact")
    make_deal("Kho hai", stage="proposal")
    page = an.browser().get("/pipeline/list/?stage=contact&sort=-amount").text
    assert "Kho một" in page
    assert "Kho hai" not in page
    assert 'aria-sort="descending"' in page


def test_words_are_found_without_their_marks(an, make_deal):
    make_deal("Kho lạnh hai tầng")
    make_deal("Kho vải")
    page = an.browser().get("/pipeline/list/?q=lanh tang").text
    assert "Kho lạnh hai tầng" in page
    assert "Kho vải" not in page


def test_the_list_of_idle_deals_is_what_the_board_counted(an, converted):
    assert converted.name in an.browser().get("/pipeline/list/?step=none").text


def test_lost_deals_say_why(an, deal):
    pipeline.move_opportunity(deal, stage="closed_lost", reason="competitor", by=an.by, now=NOW)
    page = an.browser().get("/pipeline/list/?state=lost&lang=en").text
    assert "Competitor" in page
    assert deal.name not in an.browser().get("/pipeline/list/").text


def test_nothing_found_offers_a_way_on(an, deal):
    assert "state=every" in an.browser().get("/pipeline/list/?q=khongcogi").text


def rows_of(response):
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_the_file_holds_the_deals_of_the_list(binh, make_deal):
    make_deal("Kho một", amount=320_000_000, close_on=date(2026, 12, 31))
    make_deal("Kho hai", stage="contact")
    rows = rows_of(binh.browser().get("/pipeline/deals.csv?stage=prospecting&lang=en"))
    assert [row[0] for row in rows] == ["Deal", "Kho một"]
    assert rows[1][4:7] == ["320000000", "VND", "2026-12-31"]


def test_no_cell_of_the_file_starts_a_formula(binh, make_deal):
    make_deal("=HYPERLINK(1)")
    rows = rows_of(binh.browser().get("/pipeline/deals.csv"))
    assert rows[1][0] == "'=HYPERLINK(1)"


def test_the_same_comes_as_a_sheet(binh, deal):
    response = binh.browser().get("/pipeline/deals.xlsx")
    assert response.content.startswith(b"PK")
    assert "attachment" in response["Content-Disposition"]


def test_a_rep_takes_no_file_out_and_is_not_offered_one(an, deal):
    assert an.browser().get("/pipeline/deals.csv").status_code == 403
    assert "deals.csv" not in an.browser().get("/pipeline/list/").text
