"""Whatever is typed, pasted or sent, in whichever field: it is taken or refused, and nothing breaks."""

from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.db import transaction
from django.urls import Resolver404, resolve

from tests.left_out import ON_POSTGRESQL
from tests.matrix import asking, expectations
from tests.matrix.test_sec_13 import API, WRITES, fits, kinds_of, properties_of

WEB = expectations.rows("web")
#: What the fields of our forms and the filters of our lists take, and what somebody may put there instead.
ODD = [
    "a\0b",
    "x" * 100_000,
    "-1",
    "9" * 40,
    "1e400",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59",
    "[]",
]
NUMBERS: list[Any] = [-1, 2**31, 2**63, -(2**63) - 1, 1e308]
#: Enough for a text of a request, which nobody reads as a number or a day of its own accord.
TEXTS = ["a\0b", "x" * 100_000, "9" * 40, "9999-12-31T23:59"]
if ON_POSTGRESQL:  # Only what gets past Python and a second database may take amiss.
    ODD = ["a\0b", "x" * 100_000, "9" * 40, "9999-12-31T23:59"]
    NUMBERS = [2**31, 2**63]
#: What may stand in a part of an address.
PARTS = [odd for odd in [*ODD, "/", "..", " ", "Đ", "%", "0", "x" * 121, "x" * 41] if len(odd) < 10_000]
ASKED = (
    "q page stage order sort period since until as_of before after owner source by known team status kind day on from "
    "to filter id part key currency"
).split()

pytestmark = pytest.mark.django_db


def broken(came):
    """What the field or the address broke, by the value that did it."""
    return {told: status for told, status in came.items() if status >= 500}


def with_part(world, row, part, odd):
    """The page's address with something else in that part, whatever its converter would have let through."""
    mark = "zqz"
    address = asking.address_of(world, row)
    value = str(asking.filled(world, row.parts)[part])
    return address.replace(f"/{value}", f"/{mark}", 1).replace(mark, quote(odd, safe=""))


def is_answered(address):
    """Does any page feel meant? The others share one answer."""
    try:
        return resolve(unquote(address)) is not None
    except Resolver404:
        return False


def tried(ask):
    """The status of one request, everything it wrote taken back."""
    with transaction.atomic():
        status = ask().status_code
        transaction.set_rollback(True)
    return status


@pytest.mark.parametrize("name", sorted(name for name, row in WEB.items() if row.data.get("post")))
def test_no_field_of_a_form_breaks_its_page(world, name):
    row = WEB[name]
    came = {}
    for field in row.data["post"]:
        for odd in ODD:
            data = {**row.data, "post": {**row.data["post"], field: odd}}
            sent = expectations.Row(row.name, row.answers, row.parts, data)
            came[f"{field}={odd!r:.20}"] = tried(lambda sent=sent: asking.ask_page(world, sent, "post", "admin"))

    assert broken(came) == {}


@pytest.mark.parametrize("name", sorted(WEB))
def test_no_filter_breaks_a_page(world, name):
    row = WEB[name]
    came = {}
    for odd in ODD:
        sent = expectations.Row(row.name, row.answers, row.parts, {"get": dict.fromkeys(ASKED, odd[:2000])})
        came[repr(odd)[:20]] = tried(lambda sent=sent: asking.ask_page(world, sent, "get", "admin"))

    assert broken(came) == {}


@pytest.mark.parametrize("name", sorted(name for name, row in WEB.items() if row.parts))
def test_no_part_of_the_address_of_a_page_breaks_it(world, name):
    row = WEB[name]
    came = {}
    for part, odd in ((part, odd) for part in row.parts for odd in PARTS):
        address = with_part(world, row, part, odd)
        if not is_answered(address):
            continue
        for method in row.answers:
            data = asking.filled(world, row.data.get(method, {}))
            browser = asking.fresh(world.actors["admin"].browser)
            came[f"{method} {part}={odd!r:.20}"] = tried(
                lambda m=method, a=address, d=data, b=browser: getattr(b, m)(a, d)
            )

    assert broken(came) == {}


@pytest.mark.one_engine
@pytest.mark.parametrize("part", PARTS)
def test_an_address_that_no_page_answers_breaks_nothing(world, part):
    browser = asking.fresh(world.actors["admin"].browser)

    assert browser.get(f"/leads/{quote(part, safe='')}/nowhere").status_code in {400, 404}
    assert browser.post(f"/{quote(part, safe='')}/nowhere").status_code in {400, 404}


@pytest.mark.parametrize("name", sorted(name for name, row in API.items() if row.parts))
def test_no_part_of_the_address_breaks_the_api(world, name):
    row = API[name]
    came = {}
    for part, odd in ((part, odd) for part in row.parts for odd in PARTS):
        sent = expectations.Row(row.name, row.answers, row.parts | {part: quote(odd, safe="")}, row.data)
        for method in row.answers:
            came[f"{method} {part}={odd!r:.20}"] = tried(
                lambda sent=sent, method=method: asking.ask_api(world, sent, method, "admin", **{"If-Match": '"1"'})
            )

    assert broken(came) == {}


@pytest.mark.parametrize(("name", "method"), WRITES)
def test_no_field_of_a_request_breaks_the_api(world, name, method):
    row = API[name]
    came = {}
    for field, declared in properties_of(name, method).items():
        words = ODD if "format" in str(declared) else TEXTS
        for odd in (each for each in [*words, *NUMBERS, ["\0"], {"a\0": "\0"}] if fits(each, kinds_of(declared))):
            body = {method: {**row.data[method], field: odd}}
            sent = expectations.Row(row.name, row.answers, row.parts, body, row.if_match)
            came[f"{field}={odd!r:.20}"] = tried(lambda sent=sent: asking.ask_api(world, sent, method, "admin"))

    assert broken(came) == {}
