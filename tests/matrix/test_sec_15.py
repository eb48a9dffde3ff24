"""SEC-15: a cookie alone changes nothing, and looking changes nothing."""

import pytest

from tests.matrix import asking, expectations

WEB, API = expectations.rows("web"), expectations.rows("api")

#: Doors that other sites' pages may knock at. Each has its own proof instead of a cookie, or keeps nothing.
OPEN_DOORS = {
    "design:gallery-move": "keeps nothing",
    "capture:public_form": "no cookie speaks for the sender; a signed token and the origin are asked instead",
}
FROM_WHERE = {
    "no origin": {},
    "a foreign origin": {"Origin": "https://evil.example"},
    "no origin at all": {"Origin": "null"},
    "a foreign referer": {"Referer": "https://evil.example/x"},
}

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]


@pytest.mark.parametrize("name", sorted(WEB.keys() - OPEN_DOORS.keys()))
def test_sec_15_a_cookie_alone_is_refused(world, name):
    row, watch = WEB[name], world.watch()
    browser = asking.fresh(world.actors["admin"].browser, strict=True)
    data = asking.filled(world, row.data.get("post", {}))
    came = [
        browser.post(asking.address_of(world, row), data, headers=headers).status_code
        for headers in FROM_WHERE.values()
    ]

    assert came == [403] * len(FROM_WHERE)
    assert not watch.sees_a_change()


@pytest.mark.parametrize("name", sorted(name for name, row in API.items() if row.answers.keys() - {"get"}))
def test_sec_15_a_cookie_opens_nothing_in_the_api(world, name):
    row, watch = API[name], world.watch()
    browser = asking.fresh(world.actors["admin"].browser, strict=True)
    for method in row.answers.keys() - {"get"}:
        data = asking.filled(world, row.data.get(method, {}))
        came = getattr(browser, method)(asking.address_of(world, row), data, content_type="application/json")
        assert came.status_code == 401, method

    assert not watch.sees_a_change()


def test_sec_15_a_page_of_another_site_is_refused_even_with_a_token(world):
    browser = asking.fresh(world.actors["admin"].browser, strict=True)
    page = browser.get("/me/")
    token = {"csrfmiddlewaretoken": page.context["csrf_token"], "full_name": "Hà", "language": "vi", "theme": ""}
    came = {
        site: browser.post("/me/", token, headers={"Sec-Fetch-Site": site}).status_code
        for site in ("cross-site", "same-site", "same-origin")
    }

    assert came == {"cross-site": 403, "same-site": 403, "same-origin": 302}


@pytest.mark.parametrize("actor", ["rep_own", "admin"])
@pytest.mark.parametrize("name", sorted(WEB))
def test_sec_15_looking_twice_changes_nothing(world, name, actor):
    row, watch = WEB[name], world.watch()
    browser = asking.fresh(world.actors[actor].browser)
    address = asking.address_of(world, row)
    for look in (browser.head, browser.get, browser.get):
        look(address)

    assert not watch.sees_a_change()


@pytest.mark.parametrize("name", sorted(name for name, row in API.items() if "get" in row.answers))
def test_sec_15_asking_twice_changes_nothing(world, name):
    row, watch = API[name], world.watch()
    for _ in range(2):
        asking.ask_api(world, row, "get", "admin")

    assert not watch.sees_a_change()
