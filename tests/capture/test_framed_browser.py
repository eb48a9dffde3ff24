"""A form inside a page of one's own, in Chromium: the frame has the room it needs, or says why there is no form."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from khoi.capture import services as capture
from khoi.capture.views.forms import SNIPPET
from khoi.history.rules.actors import SYSTEM
from tests.cast import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(live_server):
    """A site of somebody's own, every page of which holds the snippet."""
    snippet = SNIPPET.format(address=f"{live_server.url}/f/bao-gia", name="Xin báo giá", slug="bao-gia")

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>Shop</title>{snippet}".encode())

        def log_message(self, *words):
            """Nothing is said of what was asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def shop(browser, site, ready):
    """Opens the site on a phone that is dark; ``named``: whether the form names the site."""
    form = capture.prepare_forms(by=SYSTEM, now=NOW)
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark")
    context.set_default_timeout(10_000)

    def open_page(*, named):
        capture.edit_form(form, changes={"embed_on": [site] if named else []}, by=SYSTEM, now=NOW)
        page = context.new_page()
        page.goto(site)
        page.wait_for_function("document.querySelector('iframe').offsetHeight != 720")
        return page

    yield open_page
    context.close()


def heights(page):
    """Of the frame, and of what is in it."""
    inside = page.frames[1].evaluate("document.querySelector('.public').offsetHeight")
    return page.evaluate("document.querySelector('iframe').offsetHeight"), inside


def test_the_frame_grows_with_what_is_in_it(shop):
    page = shop(named=True)
    before, inside = heights(page)
    page.frames[1].click("form button")
    page.wait_for_function(f"document.querySelector('iframe').offsetHeight > {before}")

    assert before == inside
    assert len(set(heights(page))) == 1


def test_a_site_that_is_not_named_shows_why(shop):
    page = shop(named=False)

    assert page.frames[1].is_visible("a[href='/f/bao-gia']")
    assert page.frames[1].query_selector("form") is None
