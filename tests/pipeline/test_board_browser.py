"""The board in Chromium: cards carried by keys and by mouse, and gates that hang from them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from khoi.history.queries import version_of
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import Opportunity
from tests.cast import NOW, Member

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def board(live_server: Any, browser: "Browser", an: Member, deal: Opportunity) -> "Iterator[Page]":
    """An's board with her deal in the first column."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    session = an.browser().cookies["khoi"].value
    page.context.add_cookies([{"name": "khoi", "value": session, "url": live_server.url}])
    page.goto(f"{live_server.url}/pipeline/")
    page.set_default_timeout(10_000)
    yield page
    page.context.close()


def press(page: "Page", deal: Opportunity, *keys: str) -> None:
    page.locator(f'[data-card="{deal.pk}"]').focus()
    for key in keys:
        page.keyboard.press(key)


def arrived(page: "Page", deal: Opportunity, stage: str) -> None:
    page.wait_for_selector(f'[data-list="{stage}"] [data-card="{deal.pk}"]:not([data-waiting])')


def stored(deal: Opportunity) -> Opportunity:
    return Opportunity.objects.select_related("stage").get(pk=deal.pk)


def test_a_card_carried_by_keys_stands_in_its_new_stage(board: "Page", deal: Opportunity) -> None:
    press(board, deal, "Space", "ArrowRight", "Space")
    board.wait_for_selector("#toasts .toast")
    arrived(board, deal, "contact")
    assert stored(deal).stage.code == "contact"
    assert board.inner_text("#h-contact span") == "1"
    assert board.get_attribute(f'[data-card="{deal.pk}"]', "data-version") == str(version_of(deal))


def test_a_card_carried_by_mouse_stands_in_its_new_stage(board: "Page", deal: Opportunity) -> None:
    start = board.locator(f'[data-card="{deal.pk}"]').bounding_box()
    end = board.locator('[data-list="contact"]').bounding_box()
    assert start
    assert end
    board.mouse.move(start["x"] + 60, start["y"] + start["height"] - 40)
    board.mouse.down()
    board.mouse.move(start["x"] + 90, start["y"] + start["height"] - 30, steps=4)
    board.mouse.move(end["x"] + 60, end["y"] + 40, steps=12)
    board.wait_for_selector('[data-list="contact"] .ghost')
    board.mouse.up()
    board.wait_for_selector("#toasts .toast")
    arrived(board, deal, "contact")
    assert stored(deal).stage.code == "contact"


def test_a_gate_asks_again_for_what_it_cannot_read_then_lets_the_card_in(board: "Page", deal: Opportunity) -> None:
    press(board, deal, "Space", *["ArrowRight"] * 6, "Space")  # won
    board.fill(".gateform [name=amount]", "nhiều")
    board.click(".gateform footer [data-kind=primary]")
    board.wait_for_selector(".gateform [aria-invalid=true]")
    board.fill(".gateform [name=amount]", "540 triệu")
    board.click(".gateform footer [data-kind=primary]")
    board.wait_for_selector("#toasts .toast")
    assert stored(deal).amount == 540_000_000
    assert "540\N{NO-BREAK SPACE}tr" in board.inner_text("#end-closed_won")
    assert board.locator(".gateform").count() == 0


def test_leaving_a_gate_that_asked_twice_puts_the_card_back(board: "Page", deal: Opportunity) -> None:
    press(board, deal, "Space", *["ArrowRight"] * 6, "Space")  # won
    board.fill(".gateform [name=amount]", "nhiều")
    board.click(".gateform footer [data-kind=primary]")
    board.wait_for_selector(".gateform [aria-invalid=true]")
    board.click(".gateform [data-cancel]")
    arrived(board, deal, "prospecting")
    assert stored(deal).stage.code == "prospecting"


def test_losing_a_card_asks_why_before_it_is_gone(board: "Page", deal: Opportunity) -> None:
    press(board, deal, "Space", *["ArrowRight"] * 7, "Space")
    board.select_option(".gateform [name=reason]", "price")
    board.fill(".gateform [name=note]", "Bên kia rẻ hơn")
    board.click(".gateform footer [data-kind=danger]")
    board.wait_for_selector("#toasts .toast")
    assert stored(deal).lost_reason == "price"
    assert board.locator(f'[data-card="{deal.pk}"]').count() == 0


def test_a_card_somebody_else_moved_goes_back_and_says_who(board: "Page", binh: Member, deal: Opportunity) -> None:
    pipeline.move_opportunity(deal, stage="qualification", facts={"need": "Đếm kho"}, by=binh.by, now=NOW)
    press(board, deal, "Space", "ArrowRight", "Space")
    board.wait_for_selector("#toasts .toast")
    said = board.inner_text("#toasts .toast")
    assert "Trần Văn Bình" in said
    assert "Xác nhận" in said
    arrived(board, deal, "prospecting")


def test_a_phone_never_scrolls_sideways_and_has_both_ends_in_reach(board: "Page") -> None:
    board.set_viewport_size({"width": 390, "height": 844})
    assert board.evaluate("document.documentElement.scrollWidth") == 390
    for end in ("closed_won", "closed_lost"):
        box = board.locator(f"#end-{end}").bounding_box()
        assert box
        assert box["y"] + box["height"] < 844


def test_a_card_can_be_moved_by_a_small_form_too(board: "Page", deal: Opportunity) -> None:
    board.click(f'[data-card="{deal.pk}"] .go')
    board.check("#dialog [value=contact]")
    board.click("#dialog [data-kind=primary]")
    arrived(board, deal, "contact")
    assert "/pipeline/?" in board.url


def test_cards_that_come_later_can_be_carried_too(board: "Page", make_deal: Any) -> None:
    later = [make_deal(f"Kho {place}") for place in range(11)][-1]
    board.reload()
    board.click("#more-prospecting a")
    board.wait_for_selector(f'[data-card="{later.pk}"][tabindex]')
    press(board, later, "Space", "ArrowRight", "Space")
    arrived(board, later, "contact")
    assert stored(later).stage.code == "contact"
    assert board.locator("#more-prospecting").is_hidden()


def test_a_card_dragged_ahead_of_its_part_stands_there_once(board: "Page", make_deal: Any) -> None:
    for place in range(11):
        make_deal(f"Kho {place}")
    last = make_deal("Kho cuối", stage="contact")
    board.reload()
    press(board, last, "Space", "ArrowLeft", "Space")
    arrived(board, last, "prospecting")
    board.click("#more-prospecting a")
    board.wait_for_selector("#list-prospecting [data-card][tabindex]:nth-child(13)")
    assert board.locator("#list-prospecting [data-card]").count() == 13
    assert board.locator(f'[data-card="{last.pk}"]').count() == 1


def test_control_z_brings_the_card_back(board: "Page", deal: Opportunity) -> None:
    press(board, deal, "Space", "ArrowRight", "Space")
    board.wait_for_selector("#toasts [data-undo]")
    with board.expect_navigation():
        board.keyboard.press("Control+z")
    arrived(board, deal, "prospecting")
    assert stored(deal).stage.code == "prospecting"
