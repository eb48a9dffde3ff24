"""The lists of people, accounts and deals by custom fields: columns, filters, order and the file, and for programs."""

import json
import re
from urllib.parse import quote

import pytest
from django.db import transaction

from khoi.accounts import services as accounts
from khoi.custom import services as custom
from khoi.custom.models import CustomField
from khoi.custom.queries import read_values
from khoi.history.rules.actors import SYSTEM
from khoi.people import services as people
from khoi.pipeline import services as pipeline
from tests.cast import NOW, acting
from tests.custom.conftest import EACH

NAMES = ("Ba Sao", "Bốn Mùa", "Năm Cửa", "Sáu Tấm")
VALUES = [
    {"pallets": 3, "rent": 10, "size": "small", "needs": ["scanner"], "has_wifi": True, "warehouse": "Kho Bình"},
    {"pallets": 20, "rent": 5, "size": "large", "needs": ["scanner", "scale"], "has_wifi": False},
    {"pallets": 3, "contract_ends": "2027-01-31", "size": "small", "map": "https://maps.example/a"},
    {},
]
PAGES = {"person": "/people/", "account": "/accounts/", "opportunity": "/pipeline/list/"}


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", params=list(PAGES))
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def four(company, kind):
    """Four records of An's with a field of each type; the last one has nothing filled in."""
    with transaction.atomic():
        for type_, label, choices in EACH.values():
            custom.add_field(kind, type=type_, label=label, choices=choices, in_lists=True, by=SYSTEM, now=NOW)
        made = {name: add(kind, name, number, company.an) for number, name in enumerate(NAMES)}
        for one, values in zip(made.values(), VALUES, strict=True):
            custom.set_values(one, read_values(one, values), by=company.an.by, now=NOW)
        yield made
        transaction.set_rollback(True)


def add(kind, name, number, member):
    if kind == "account":
        return accounts.add_account(name=name, owner=member.user, by=member.by, now=NOW)
    phones = [f"091234567{number}"]
    person = people.add_person(full_name=name, phones=phones, by=member.by, now=NOW)
    if kind == "person":
        accounts.add_account(name=f"Xưởng {number}", owner=member.user, by=member.by, now=NOW)
        pipeline.open_opportunity(name="Kho", person=person, owner=member.user, by=member.by, now=NOW)
        return person
    return pipeline.open_opportunity(name=name, person=person, owner=member.user, by=member.by, now=NOW)


def names(page):
    body = page.content.decode().split('id="rows"')[-1].split("</tbody>")[0]
    return re.findall(r'<span class="who"><a class="cut"[^>]*>([^<]*)</a>', body)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("own.size=small", {"Ba Sao", "Năm Cửa"}),
        ("own.needs=scale", {"Bốn Mùa"}),
        ("own.has_wifi=no", {"Bốn Mùa"}),
        ("own.pallets.from=3&own.pallets.to=3", {"Ba Sao", "Năm Cửa"}),
        ("own.rent.to=5", {"Bốn Mùa"}),
        ("own.contract_ends.to=2027-02-01", {"Năm Cửa"}),
        ("own.warehouse=binh&own.size=small", {"Ba Sao"}),
        ("own.size=small&q=cua", {"Năm Cửa"}),
        ("own.pallets.from=nonsense", set(NAMES)),
    ],
)
def test_a_chip_filters_the_list(four, kind, an, query, found):
    assert set(names(an.browser().get(f"{PAGES[kind]}?{query}"))) == found


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("own.pallets", ["Ba Sao", "Năm Cửa", "Bốn Mùa", "Sáu Tấm"]),
        ("-own.pallets", ["Bốn Mùa", "Năm Cửa", "Ba Sao", "Sáu Tấm"]),
        ("-own.contract_ends", ["Năm Cửa", "Sáu Tấm", "Bốn Mùa", "Ba Sao"]),
    ],
)
def test_a_head_sorts_the_list_and_what_is_empty_comes_last(four, kind, an, sort, order):
    page = an.browser().get(f"{PAGES[kind]}?sort={sort}")
    assert names(page) == order
    assert 'aria-sort="descending"' in page.text if sort[0] == "-" else 'aria-sort="ascending"' in page.text


def test_every_page_shows_the_columns_in_words(four, kind, an):
    page = an.browser().get(f"{PAGES[kind]}?lang=en").text
    assert "Scanner, Scale" in page
    assert page.count("Contract ends") >= 2  # the chip and the head


def test_nothing_found_by_a_field_offers_the_whole_list(four, kind, an):
    page = an.browser().get(f"{PAGES[kind]}?own.pallets.from=1000&lang=en").text
    assert "these conditions" in page
    assert names(an.browser().get(f"{PAGES[kind]}?own.pallets.from=1000")) == []


def test_a_field_filters_no_list_of_another_object(four, kind, an):
    others = [page for other, page in PAGES.items() if other != kind]
    assert all("own.size" not in an.browser().get(page).text for page in others)


def test_a_program_asks_with_a_condition_and_an_order(four, kind, program):
    path = {"person": "/people", "account": "/accounts", "opportunity": "/opportunities"}[kind]
    where = quote(json.dumps({"all": [{"field": "custom.pallets", "op": "lt", "value": 10}]}))
    named = "full_name" if kind == "person" else "name"
    found = program.get(f"{path}?where={where}&sort=-custom.rent").json()["items"]
    assert [(one[named], one["custom"]["pallets"]) for one in found] == [("Ba Sao", 3), ("Năm Cửa", 3)]

    first = program.get(f"{path}?sort=custom.pallets&limit=3").json()
    rest = program.get(f"{path}?sort=custom.pallets&limit=3&after={first['next']}").json()
    assert [one[named] for one in (*first["items"], *rest["items"])] == ["Ba Sao", "Năm Cửa", "Bốn Mùa", "Sáu Tấm"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    "query",
    ["where={}", "where=" + quote('{"field": "custom.no", "op": "eq", "value": 1}'), "sort=custom.needs", "sort=name"],
)
def test_a_condition_or_order_that_is_none_is_refused(four, kind, program, query):
    path = {"person": "/people", "account": "/accounts", "opportunity": "/opportunities"}[kind]
    assert program.get(f"{path}?{query}").status_code == 422


def test_another_team_finds_nothing_by_its_values(four, kind, dung):
    assert names(dung.browser().get(f"{PAGES[kind]}?own.size=small")) == []


def test_columns_take_one_query_whatever_they_are_and_however_many_rows(
    four, kind, an, django_assert_max_num_queries, django_assert_num_queries
):
    browser = an.browser()
    browser.get(PAGES[kind])
    with acting():
        CustomField.objects.exclude(key="size").update(in_lists=False)
    with django_assert_max_num_queries(45) as one:
        browser.get(f"{PAGES[kind]}?own.size=small&sort=own.size")
    with acting():
        CustomField.objects.update(in_lists=True)
    more = add(kind, "Bảy Núi", 7, an)
    custom.set_values(more, read_values(more, VALUES[0]), by=an.by, now=NOW)
    with django_assert_num_queries(len(one)):
        browser.get(f"{PAGES[kind]}?own.size=small&sort=own.size")
