"""No English sentence is left on a Vietnamese page: neither in its text nor in what is read aloud or shown on hover."""

from html.parser import HTMLParser

import pytest

from khoi.lifecycle import services as lifecycle
from khoi.lifecycle.services import Enquiry
from tests.cast import Member
from tests.translations import messages

PAGES = (
    "/ /leads/ /people/ /accounts/ /pipeline/ /pipeline/list/ /pipeline/new/ /activities/ /activities/add/ "
    "/add/ /reports/ /search/?q=zzz /history/ /me/ /me/tokens/ /settings/ /settings/workspace/ "
    "/settings/people/ /settings/people/invite/ /settings/sources/ /settings/scorecard/ "
    "/settings/scorecard/edit/ /settings/policy/ /settings/policy/edit/ /settings/routing/ /settings/pipeline/ "
    "/settings/forms/ /settings/forms/add/ /settings/import/ /settings/mail/ /settings/health/ "
    "/settings/tokens/ /nowhere/"
).split()
pytestmark = pytest.mark.one_engine
SPOKEN = {"aria-label", "title", "placeholder", "alt", "value"}


class Said(HTMLParser):
    """Every text of a page by itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self.is_code = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_code = tag in {"script", "style"}
        self.texts |= {value for name, value in attrs if value and name in SPOKEN}

    def handle_data(self, data: str) -> None:
        if not self.is_code:
            self.texts.add(" ".join(data.split()))


@pytest.fixture(scope="module")
def english() -> set[str]:
    """Texts long enough not to be a name, and said otherwise in Vietnamese."""
    pairs = [(m.id, m.string) for m in messages.written() if isinstance(m.id, str)]
    return {text for text, vietnamese in pairs if len(text) > 12 and text != vietnamese}


def left_over(member: Member, path: str, english: set[str]) -> set[str]:
    answer = member.browser().get(path, headers={"accept-language": "vi"})
    assert answer.status_code in {200, 404}, path
    return Said(answer.content.decode()).texts & english


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_a_new_workspace_is_vietnamese(ready, admin, english, path):
    assert left_over(admin, path, english) == set()


def test_a_lead_and_its_history_are_vietnamese(ready, admin, english, now):
    lead = lifecycle.capture_lead(Enquiry(full_name="Lý A Páo", phones=("0901000123",)), by=admin.by, now=now).lead
    paths = f"/leads/{lead.public_id}/", f"/people/{lead.person.public_id}/", f"/history/of/lead/{lead.public_id}/"

    assert [left_over(admin, path, english) for path in (*paths, "/", "/leads/", "/reports/")] == [set()] * 6


def test_a_missing_field_is_said_in_vietnamese(ready, admin):
    answer = admin.browser().post("/pipeline/new/", {}, headers={"accept-language": "vi"})

    assert "Cần điền mục này." in answer.content.decode()
    assert "This field is required." not in answer.content.decode()
