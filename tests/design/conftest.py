from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import resolve

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

ASSETS = Path(__file__).resolve().parents[2] / "src/khoi/design/static"
Ask = Callable[..., HttpResponse]


@pytest.fixture
def alone(settings: Any) -> None:
    """The design room without the rooms above it: its own routes, and only Django's context processors."""
    settings.ROOT_URLCONF = "tests.design.routes"
    templates = [dict(engine, OPTIONS=dict(engine["OPTIONS"])) for engine in settings.TEMPLATES]
    processors = templates[0]["OPTIONS"]["context_processors"]
    templates[0]["OPTIONS"]["context_processors"] = [name for name in processors if name.startswith("django.")]
    settings.TEMPLATES = templates


def answer(request: HttpRequest) -> HttpResponse:
    match = resolve(request.path_info, "tests.design.routes")
    response = match.func(request, *match.args, **match.kwargs)
    assert isinstance(response, HttpResponse)
    return response


@pytest.fixture
def ask(alone: None) -> Ask:
    """GET of an address of the gallery."""
    return lambda url, **query: answer(RequestFactory().get(url, query))


@pytest.fixture
def gallery(alone: None, browser: "Browser") -> "Iterator[Page]":
    """The gallery in Chromium; every request is answered right here, so nothing leaves the machine."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page.route("**/*", serve)
    page.goto("http://khoi.test/design/?lang=en&theme=light")
    yield page
    page.close()


def serve(route: "Route") -> None:
    asked = urlsplit(route.request.url)
    if asked.path.startswith("/static/"):
        route.fulfill(path=ASSETS / asked.path.removeprefix("/static/"))
        return
    make = RequestFactory().generic
    request = make(route.request.method, f"{asked.path}?{asked.query}", route.request.post_data or "", FORM)
    response = answer(request)
    route.fulfill(status=response.status_code, body=response.content, content_type=response["Content-Type"])


FORM = "application/x-www-form-urlencoded"
