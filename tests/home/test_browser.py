"""What a rep does with a mouse and keys, in Chromium."""

import pytest
from django.test import Client

from khoi.activities.models import Activity, Task
from khoi.leads.models import Lead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Chromium without a window starts no telephone, and drops clicks for a while after it was asked to.
NO_TELEPHONE = """addEventListener("click", (e) => e.target.closest("a[href^='tel:']") && e.preventDefault(), true)"""


@pytest.fixture
def window(browser, live_server, an):
    """A page of Chromium in which An is logged in."""
    client = Client()
    client.force_login(an.user)
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.add_cookies([{"name": "khoi", "value": client.cookies["khoi"].value, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def test_a_call_is_logged_in_two_clicks_from_home_and_taken_back(window, live_server, capture):
    capture("Trần Thị Hoa", phone="0912 345 678")
    window.add_init_script(NO_TELEPHONE)
    window.goto(f"{live_server.url}/?lang=en")
    window.click(".next a[data-log]")
    window.click("#dialog button[value=no_answer]")
    window.wait_for_selector(".toast [data-undo]")
    assert Activity.objects.get().outcome == "no_answer"
    assert window.url.endswith("/?lang=en")
    with window.expect_navigation():
        window.click(".toast [data-undo] button")
    window.wait_for_selector(".next a[data-log]")
    assert not Activity.objects.exists()


def test_the_next_step_is_changed_in_its_cell_and_escape_takes_back(window, live_server, capture):
    capture("Trần Thị Hoa", phone="0912 345 678")
    window.goto(f"{live_server.url}/leads/?lang=en")
    window.click("tbody [data-edit-link]")
    window.fill("td.edit input[name=title]", "Gửi giá")
    window.press("td.edit input[name=title]", "Escape")
    window.wait_for_selector("tbody [data-edit-link]")
    assert not Task.objects.exists()
    window.click("tbody [data-edit-link]")
    window.fill("td.edit input[name=title]", "Gửi giá")
    window.press("td.edit input[name=title]", "Enter")
    window.wait_for_selector("tbody [data-edit-link]:has-text('Gửi giá')")
    assert Task.objects.get().title == "Gửi giá"


def test_the_palette_finds_a_lead_by_a_part_of_its_number(window, live_server, capture):
    lead = capture("Trần Thị Hoa", phone="0912 345 678")
    window.goto(f"{live_server.url}/?lang=en")
    window.keyboard.press("Control+k")
    window.fill("#palette input", "345 678")
    window.wait_for_selector("#palette [role=option]:has-text('Trần Thị Hoa')")
    window.keyboard.press("Enter")
    window.wait_for_url(f"**/leads/{lead.public_id}/")


def test_quick_add_warns_while_typing_and_enter_saves(window, live_server, capture):
    capture("Trần Thị Hoa", phone="0912 345 678")
    window.goto(f"{live_server.url}/leads/?lang=en")
    window.keyboard.press("n")
    window.fill("#dialog [name=full_name]", "Hoa")
    window.type("#dialog [name=phone]", "0912345678")
    window.wait_for_selector("#known a:has-text('Trần Thị Hoa')")
    window.press("#dialog [name=phone]", "Enter")
    window.wait_for_url("**/leads/*-*/")
    assert Lead.objects.count() == 2


def test_undo_in_the_toast_takes_the_change_back(window, live_server, capture):
    lead = capture("Trần Thị Hoa", phone="0912 345 678")
    window.goto(f"{live_server.url}/leads/{lead.public_id}/?lang=en")
    window.fill(".composer textarea", "Hỏi lại sau Tết.")
    window.press(".composer textarea", "Control+Enter")
    window.wait_for_selector(".event blockquote:has-text('Hỏi lại sau Tết.')")
    window.click(".toast [data-undo] button")
    window.wait_for_selector(".event blockquote:has-text('Hỏi lại sau Tết.')", state="detached")
    assert not Activity.objects.exists()
