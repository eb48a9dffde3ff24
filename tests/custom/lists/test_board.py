"""The board by custom fields of deals: columns, tabs, ends and sums, what is brought later, and as of a day."""

import re
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from khoi.custom import services as custom
from khoi.history.rules.actors import SYSTEM
from khoi.people import services as people
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import PipelineStage
from tests.cast import NOW

SIZES = {"Ba Sao": "small", "Bốn Mùa": "large", "Năm Cửa": "medium", "Sáu Tấm": None}
OTHERS = "own.size=small&own.size=medium"

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def board(company):
    """Four deals of An's: three of a size, the last one of none, and a large one that was lost."""
    with transaction.atomic():
        called: dict[str, Any] = {"label": "Size", "label_vi": "Cỡ kho", "choices": ["Small", "Medium", "Large"]}
        custom.add_field("opportunity", type="choice", in_lists=True, **called, by=SYSTEM, now=NOW)
        made = {name: open_deal(company.an, name, size) for name, size in SIZES.items()}
        lost = open_deal(company.an, "Bảy Núi", "large")
        pipeline.move_opportunity(
            lost, stage=PipelineStage.objects.get(kind="lost"), reason="no_budget", by=company.an.by, now=NOW
        )
        yield made
        transaction.set_rollback(True)


def open_deal(member, name, size):
    person = people.add_person(full_name=f"Chị {name}", by=member.by, now=NOW)
    deal = pipeline.open_opportunity(name=name, person=person, owner=member.user, amount=100, by=member.by, now=NOW)
    custom.set_values(deal, {"size": size}, by=member.by, now=NOW)
    return deal


def cards(page):
    return {name for name in (*SIZES, "Bảy Núi") if escape(name) in page.text}


def test_a_chip_filters_columns_tabs_ends_and_sums(board, an):
    page = an.browser().get(f"/pipeline/?view=mine&{OTHERS}")
    made = page.context["board"]
    assert cards(page) == {"Ba Sao", "Năm Cửa"}
    assert (made.count, made.total.sums, dict(made.tabs)["all"]) == (2, ((200, "VND"),), 2)
    assert sum(end.count for end in made.ends) == 0
    large = an.browser().get("/pipeline/?view=mine&own.size=large").context["board"]
    assert sum(end.count for end in large.ends) == 1


def test_board_and_list_lead_to_each_other_with_the_filter(board, an):
    page = an.browser().get(f"/pipeline/?view=mine&{OTHERS}")
    assert f"/pipeline/list/?view=mine&{OTHERS}" in page.context["list_url"]
    assert all(OTHERS in url for _view, _label, url, _n in page.context["tabs"])
    listed = an.browser().get(f"/pipeline/list/?view=mine&state=every&{OTHERS}&q=kho")
    assert listed.context["board_url"] == f"/pipeline/?view=mine&{OTHERS}"


def test_the_chip_says_what_it_asks_in_both_languages_and_the_tab_stays(board, an):
    for language, label in (("vi", "Cỡ kho"), ("en", "Size")):
        page = an.browser().get(f"/pipeline/?view=mine&own.size=large&lang={language}").text
        assert f"<i>{label}</i> Large" in page
        assert re.search(r'<form class="chips".*?name="view" value="mine"', page, re.DOTALL)


def test_nothing_found_says_so_and_keeps_the_board(board, an):
    page = an.browser().get("/pipeline/?view=month&own.size=small&lang=en").text
    assert "No open deal meets these conditions" in page
    assert "data-board" in page


def test_further_cards_and_a_move_keep_the_filter(board, an, monkeypatch):
    monkeypatch.setattr(import_module("khoi.pipeline.queries.board"), "SHOWN", 1)
    browser, part = an.browser(), {"HX-Request": "true"}
    page = browser.get(f"/pipeline/?view=mine&{OTHERS}")
    [(_column, more)] = [(column, url) for column, url in page.context["columns"] if url]
    assert cards(browser.get(more, headers=part)) == {"Năm Cửa"}
    stage = PipelineStage.objects.order_by("position")[1]
    address = f"/pipeline/{board['Ba Sao'].public_id}/move/"
    moved = browser.post(address, {"stage": stage.code, "board": f"/pipeline/?view=mine&{OTHERS}"}, headers=part)
    assert moved.context["board"].count == 2


def test_as_of_a_day_the_board_is_filtered_by_what_stood_there_then(board, binh):
    later = NOW + timedelta(days=5)
    custom.set_values(board["Ba Sao"], {"size": "large"}, by=SYSTEM, now=later)
    day = (NOW + timedelta(days=2)).date().isoformat()
    browser = binh.browser()
    assert cards(browser.get("/pipeline/?view=all&own.size=small")) == set()
    assert cards(browser.get(f"/pipeline/?view=all&own.size=small&as_of={day}&known=then")) == {"Ba Sao"}


def test_a_filter_costs_no_query_for_each_deal_or_column(board, an):
    browser = an.browser()

    def queries(address):
        with CaptureQueriesContext(connection) as asked:
            browser.get(address)
        return len(asked)

    queries("/pipeline/?view=mine")
    plain, filtered = queries("/pipeline/?view=mine"), queries("/pipeline/?view=mine&own.size=small")
    # PostgreSQL counts first whether the value is a common one
    assert filtered <= plain + (connection.vendor == "postgresql")
    for name in ("Tám", "Chín", "Mười"):
        open_deal(an, name, "small")
    assert queries("/pipeline/?view=mine&own.size=small") == filtered
