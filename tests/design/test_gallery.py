import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from khoi.design import views

Ask = Callable[..., HttpResponse]
VOID = set("area base br col embed hr img input link meta source track wbr path circle ellipse use rect".split())


class Balance(HTMLParser):
    """Complains when tags do not close in the order they opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag, f"</{tag}> at {self.getpos()}"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_gallery_shows_itself_in_both_languages_and_themes(ask: Ask, language: str, theme: str) -> None:
    page = ask("/design/", lang=language, theme=theme).content.decode()
    assert f'<html lang="{language}" data-theme="{theme}">' in page
    balance = Balance()
    balance.feed(page)
    assert balance.open == []


def test_a_page_of_the_gallery_stays_under_fifty_thousand_bytes(ask: Ask) -> None:
    assert len(ask("/design/", lang="vi").content) < 50_000


def test_an_unknown_language_falls_back(ask: Ask) -> None:
    with translation.override("en"):
        assert b'<html lang="en">' in ask("/design/", lang="xx").content


def test_no_id_stands_twice_on_the_page(ask: Ask) -> None:
    ids = re.findall(r'\sid="([^"]+)"', ask("/design/").content.decode())
    assert sorted(ids) == sorted(set(ids))


def test_the_gallery_shows_every_icon_there_is() -> None:
    from tests.design.test_tags import ROOT

    drawn = set(re.findall(r'id="([a-z]+)"', (ROOT / "frontend/icons.svg").read_text()))
    assert set(views.ICONS) == drawn


def test_a_refused_move_says_why_in_one_sentence(alone: None) -> None:
    refused = views.gallery_move(RequestFactory().post("/design/move/", {"stage": "won"}))
    assert refused.status_code == 409
    assert b"data-says" in refused.content


def test_every_answer_carries_the_policy_unless_it_has_its_own() -> None:
    def own(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "frame-ancestors *"})

    asked = RequestFactory().get("/")
    plain = views.content_security_policy(lambda request: HttpResponse())(asked)
    assert "script-src 'self';" in plain["Content-Security-Policy"]
    assert views.content_security_policy(own)(asked)["Content-Security-Policy"] == "frame-ancestors *"


def test_each_failure_has_its_status_and_words(alone: None) -> None:
    asked = RequestFactory().get("/x")
    assert views.not_found(asked).status_code == 404
    assert views.bad_request(asked).status_code == 400
    assert b"Only managers" in views.forbidden(asked, PermissionError("Only managers")).content
    assert views.csrf_failure(asked).status_code == 403
    assert views.server_error(asked).status_code == 500
