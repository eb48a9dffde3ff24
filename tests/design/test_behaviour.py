from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def column_of(page: "Page", card: int) -> str:
    return str(page.locator(f'[data-card="{card}"]').evaluate("card => card.parentNode.dataset.list"))


def wait_for_column(page: "Page", card: int, column: str) -> None:
    page.wait_for_selector(f'[data-list="{column}"] [data-card="{card}"]:not([data-waiting])')


def test_nothing_fails_while_the_page_loads(gallery: "Page") -> None:
    troubles: list[str] = []
    gallery.on("pageerror", lambda error: troubles.append(str(error)))
    gallery.on("response", lambda answer: troubles.append(answer.url) if answer.status >= 400 else None)
    gallery.reload()
    assert troubles == []


def test_a_phone_never_scrolls_sideways(gallery: "Page") -> None:
    gallery.set_viewport_size({"width": 390, "height": 844})
    assert gallery.evaluate("document.documentElement.scrollWidth") == 390


def test_the_palette_opens_by_key_and_arrows_choose(gallery: "Page") -> None:
    gallery.keyboard.press("Control+k")
    gallery.wait_for_selector("#palette [role=option][aria-selected=true]")
    gallery.keyboard.press("ArrowDown")
    assert "Ng. Mai Chi" in gallery.inner_text("#palette [aria-selected=true]")
    gallery.keyboard.press("Escape")
    assert not gallery.evaluate("document.querySelector('#palette').open")


def test_a_question_mark_shows_the_keyboard_but_not_while_writing(gallery: "Page") -> None:
    gallery.locator("#id_name").press("?")
    assert not gallery.evaluate("document.querySelector('#keys').open")
    gallery.locator("#id_name").blur()
    gallery.keyboard.press("?")
    assert gallery.evaluate("document.querySelector('#keys').open")


def test_a_link_to_a_question_opens_a_dialog(gallery: "Page") -> None:
    gallery.keyboard.press("n")
    gallery.wait_for_selector("#dialog[open] input[name=name]")
    gallery.click("#dialog [data-close]")
    assert not gallery.evaluate("document.querySelector('#dialog').open")


def test_chosen_rows_bring_the_bulk_bar_in_place_of_the_filters(gallery: "Page") -> None:
    gallery.locator("input[name=pick]").first.check()
    gallery.locator("input[name=pick]").nth(2).click(modifiers=["Shift"])
    assert gallery.inner_text("[data-bulk-count]") == "3"
    assert not gallery.locator(".chips[data-cover]").is_visible()
    gallery.click("[data-bulk-clear]")
    assert not gallery.locator(".bulk").is_visible()


def test_escape_lets_all_chosen_rows_go(gallery: "Page") -> None:
    gallery.locator("[data-all]").check()
    assert gallery.inner_text("[data-bulk-count]") == "3"
    gallery.keyboard.press("Escape")
    assert gallery.locator("input[name=pick]:checked").count() == 0


def test_load_more_adds_the_rows_of_the_next_page(gallery: "Page") -> None:
    gallery.click("#more a")
    gallery.wait_for_function("document.querySelectorAll('#rows tr').length === 6")
    assert gallery.locator("#more").count() == 1


def test_the_theme_outlives_the_page(gallery: "Page") -> None:
    gallery.goto("http://khoi.test/design/?lang=en")
    gallery.click(".bar [data-theme-toggle]")
    chosen = gallery.evaluate("document.documentElement.dataset.theme")
    assert f"theme={chosen}" in gallery.evaluate("document.cookie")


def test_only_the_fields_of_the_chosen_kind_are_sent(gallery: "Page") -> None:
    gallery.locator(".composer [value=task]").check(force=True)
    assert gallery.locator("#g-due").is_visible()
    assert not gallery.locator("#g-out").is_visible()
    assert gallery.locator("fieldset[data-for=call]").evaluate("part => part.disabled")


def test_a_card_moves_by_keyboard(gallery: "Page") -> None:
    gallery.locator('[data-card="1"]').focus()
    for key in ["Space", "ArrowRight", "ArrowRight", "Space"]:
        gallery.keyboard.press(key)
    wait_for_column(gallery, 1, "commitment")


def test_escape_puts_a_lifted_card_back(gallery: "Page") -> None:
    gallery.locator('[data-card="1"]').focus()
    for key in ["Space", "ArrowRight", "Escape"]:
        gallery.keyboard.press(key)
    assert column_of(gallery, 1) == "proposal"


def test_a_refused_card_goes_back_and_says_why(gallery: "Page") -> None:
    gallery.locator('[data-card="3"]').focus()
    for key in ["Space", "ArrowRight", "ArrowRight", "Space"]:
        gallery.keyboard.press(key)
    gallery.wait_for_selector("#toasts .toast")
    assert column_of(gallery, 3) == "negotiation"
    assert "Somebody changed this" in gallery.inner_text("#toasts .toast")


def test_a_gate_asks_at_the_new_place_and_escape_leaves_it(gallery: "Page") -> None:
    gallery.locator('[data-card="1"]').focus()
    for key in ["Space", "ArrowRight", "Space"]:
        gallery.keyboard.press(key)
    gallery.wait_for_selector('[data-list="negotiation"] .gateform')
    gallery.keyboard.press("Escape")
    assert column_of(gallery, 1) == "proposal"
    assert gallery.locator(".gateform").count() == 0


def test_a_card_moves_by_mouse(gallery: "Page") -> None:
    card = gallery.locator('[data-card="2"]')
    card.scroll_into_view_if_needed()
    start, end = card.bounding_box(), gallery.locator('[data-list="commitment"]').bounding_box()
    assert start
    assert end
    gallery.mouse.move(start["x"] + 60, start["y"] + start["height"] - 10)
    gallery.mouse.down()
    gallery.mouse.move(start["x"] + 90, start["y"] + start["height"] - 5, steps=4)
    gallery.mouse.move(end["x"] + 60, end["y"] + 40, steps=12)
    gallery.wait_for_selector('[data-list="commitment"] .ghost')
    gallery.mouse.up()
    wait_for_column(gallery, 2, "commitment")
