"""Every link of our pages leads somewhere: followed once, as an administrator, none is missing and none breaks."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

from tests.matrix import asking, expectations

WEB = expectations.rows("web")
PAGES = sorted(name for name, row in WEB.items() if row.answers["get"]["admin"] == "200")
FOLLOWED = {"href", "hx-get"}

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]


class Links(HTMLParser):
    """``followed``: addresses to go to. ``sent_to``: those of forms and buttons that write."""

    def __init__(self, page: str, at: str) -> None:
        super().__init__()
        self.at = at
        self.followed: set[str] = set()
        self.sent_to: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value for name, value in attrs if value is not None}
        self.followed |= {self.whole(about[name]) for name in FOLLOWED & about.keys() if self.is_ours(about[name])}
        sends = [about[name] for name in ("action", "hx-post", "formaction") if name in about]
        into = self.sent_to if about.get("method", "post") == "post" else self.followed
        into |= {self.whole(address) for address in sends if self.is_ours(address)}

    def is_ours(self, address: str) -> bool:
        parts = urlsplit(address)
        return not parts.scheme and not parts.netloc and not parts.path.startswith("/static/")

    def whole(self, address: str) -> str:
        return urljoin(self.at, address).split("#")[0]


@pytest.fixture(scope="module")
def found(world):
    """Of every page that is a text, its links."""
    return {name: links for name in PAGES if (links := links_of(world, name)) is not None}


def links_of(world, name):
    page = asking.ask_page(world, WEB[name], "get", "admin")
    if not page.headers["Content-Type"].startswith("text/html"):
        return None
    return Links(page.content.decode(), asking.address_of(world, WEB[name]))


def leads_somewhere(address):
    try:
        resolve(urlsplit(address).path)
    except Resolver404:
        return False
    return True


def test_no_link_of_a_page_is_dead(world, found):
    browser = asking.fresh(world.actors["admin"].browser)
    addresses = {address: name for name, links in found.items() for address in links.followed}
    came = {address: browser.get(address).status_code for address in addresses}

    assert len(came) > 100
    assert {f"{a} on {addresses[a]}": status for a, status in came.items() if status == 404 or status >= 500} == {}


def test_every_form_is_sent_to_a_page_there_is(found):
    sent_to = {address: name for name, links in found.items() for address in links.sent_to}

    assert len(sent_to) > 20
    assert {address: name for address, name in sent_to.items() if not leads_somewhere(address)} == {}
