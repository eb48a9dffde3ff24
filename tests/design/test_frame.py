import re
from dataclasses import dataclass

import pytest
from django.contrib.messages.constants import ERROR, SUCCESS
from django.contrib.messages.storage.base import Message
from django.template.loader import render_to_string
from django.utils import translation

from khoi.design.rules import NavItem


@dataclass(frozen=True)
class Viewer:
    name: str = "Trần Thu An"
    theme: str = "dark"


@dataclass(frozen=True)
class Workspace:
    name: str = "Bến Mây"
    is_demo: bool = True


NAV = [NavItem("Home", "/", "home", current=True, key="h"), NavItem("Leads", "/leads/", "drop", count=17)]


def page(template: str = "design/frame.html", **context: object) -> str:
    with translation.override("en"):
        return render_to_string(template, {"csrf_token": "token", **context})


def test_the_frame_stands_without_anything_supplied() -> None:
    bare = page()
    assert 'href="#work"' in bare
    assert "data-palette" not in bare
    assert "<h1>" in bare


def test_the_rail_marks_the_place_and_counts_what_is_new() -> None:
    framed = page(nav=NAV)
    assert 'href="/" aria-current="page" data-key="g h"' in framed
    assert '17<span class="sr"> new</span>' in framed


def test_what_does_not_fit_a_phone_stands_behind_more() -> None:
    framed = page(nav=[*NAV, NavItem("Settings", "/settings/", "sliders", later=True)])
    assert framed.count('href="/settings/"') == 2
    assert '<li class="later">' in framed


def test_a_viewer_may_log_out_only_by_post() -> None:
    framed = page(viewer=Viewer(), logout_url="/out/")
    assert re.search(r'<form class="menu" method="post" action="/out/">\s*<input type="hidden" name="csrf', framed)
    assert 'href="/out/"' not in framed


def test_the_chosen_theme_is_painted_by_the_server() -> None:
    assert 'data-theme="dark"' in page(viewer=Viewer())
    assert "data-theme=" not in page(viewer=Viewer(theme='x" onload="')).split("<body")[0]


def test_a_demo_says_that_it_is_one() -> None:
    assert "demo company" in page(workspace=Workspace())
    assert "demo company" not in page(workspace=Workspace(is_demo=False))


def test_a_message_can_carry_its_undo() -> None:
    done = Message(SUCCESS, "Lead accepted.", extra_tags="undo:/history/7/undo/")
    framed = page(messages=[done])
    assert 'action="/history/7/undo/" data-undo' in framed
    assert "Lead accepted." in framed


def test_a_failure_looks_different_and_has_no_undo() -> None:
    framed = page(messages=[Message(ERROR, "Nothing was saved.")])
    assert 'class="toast" data-tone="bad"' in framed
    assert "data-undo" not in framed


@pytest.mark.parametrize("code", [400, 403, 404, 409, 422, 500])
def test_an_error_page_stands_with_and_without_the_rail(code: int) -> None:
    assert 'class="entrance"' in page(f"design/{code}.html")
    inside = page(f"design/{code}.html", nav=NAV)
    assert ('class="rail"' in inside) is (code != 500)
    assert f"error {code}" in inside


def test_an_error_page_says_what_the_view_says() -> None:
    said = page("design/409.html", title="Bình <b> moved this deal", text="Look again.")
    assert "Bình &lt;b&gt; moved this deal" in said
    assert "Look again." in said


def test_load_more_takes_the_rows_out_of_the_next_page() -> None:
    more = page("design/more.html", next_url="?after=x", shown=50, total=12_345)
    assert 'hx-get="?after=x" hx-target="#rows" hx-swap="beforeend" hx-select="#rows > *"' in more.replace("&gt;", ">")
    assert "50 of 10,000+ shown" in more


def test_the_last_page_offers_no_more() -> None:
    assert "hx-get" not in page("design/more.html", next_url="", shown=7, total=7)


def test_the_palette_says_when_nothing_is_found() -> None:
    assert "“mai &lt;chi”" in page("design/palette_options.html", groups=[], q="mai <chi")


def test_no_page_of_ours_holds_a_script_or_a_handler() -> None:
    framed = page(nav=NAV, viewer=Viewer(), workspace=Workspace(), palette_url="/find/", quick_add_url="/add/")
    assert not re.search(r"\son[a-z]+=", framed)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", framed))
