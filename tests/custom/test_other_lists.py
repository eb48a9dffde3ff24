"""The lists of people, accounts and deals by custom fields: columns, filters, order and the file, and for programs."""

import json
import re
from decimal import Decimal
from urllib.parse import quote

import pytest

from khoi.accounts import services as accounts
from khoi.custom import services as custom
from khoi.custom.models import CustomField
from khoi.custom.queries import part_by, read_values
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.people.models import Person
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


@pytest.fixture(params=list(PAGES))
def kind(request):
    return request.param


@pytest.fixture
def listed(add_field, kind):
    made = [add_field(kind, type_, label, choices=choices, in_lists=True) for type_, label, choices in EACH.values()]
    return {field.key: field for field in made}


@pytest.fixture
def four(ready, kind, listed, an):
    """Four records of An's; the last one has nothing filled in."""
    made = {}
    for number, (name, values) in enumerate(zip(NAMES, VALUES, strict=True)):
        made[name] = add(kind, name, number, an)
        custom.set_values(made[name], read_values(made[name], values), by=an.by, now=NOW)
    return made


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


def test_the_file_of_deals_holds_what_the_list_shows_in_its_order(add_field, ready, an, binh):
    add_field("opportunity", "number", "Pallets", in_lists=True)
    for number, (name, pallets) in enumerate((("Kho một", 3), ("Kho hai", 20), ("Kho ba", 7))):
        custom.set_values(add("opportunity", name, number, an), {"pallets": Decimal(pallets)}, by=an.by, now=NOW)
    address = "/pipeline/deals.csv?own.pallets.from=5&sort=-own.pallets&lang=en"
    head, *lines = b"".join(binh.browser().get(address)).decode().strip().splitlines()
    assert head.endswith('"Pallets"')
    assert [line.split(",")[0].strip('"\ufeff') for line in lines] == ["Kho hai", "Kho ba"]


def test_the_file_of_leads_is_in_the_order_of_the_field(add_field, lead, binh, an):
    add_field("lead", "number", "Pallets", in_lists=True)
    enquiry = lifecycle.Enquiry(full_name="Bùi Văn Tám", phones=("0912345999",), owner=an.user)
    other = lifecycle.capture_lead(enquiry, by=an.by, now=NOW).lead
    custom.set_values(lead, {"pallets": Decimal(3)}, by=an.by, now=NOW)
    custom.set_values(other, {"pallets": Decimal(8)}, by=an.by, now=NOW)
    lines = b"".join(binh.browser().get("/leads/export/?view=all&sort=-own.pallets")).decode().strip().splitlines()
    assert ["Bùi Văn Tám" in lines[1], "Nguyễn Thị Hoa" in lines[2]] == [True, True]


def test_somebody_merged_stands_once_with_the_value_that_holds(add_field, ready, an):
    add_field("person", "number", "Pallets", in_lists=True)
    kept, other = (add("person", name, number, an) for number, name in enumerate(("Hoa", "Hòa")))
    custom.set_values(kept, {"pallets": Decimal(3)}, by=an.by, now=NOW)
    custom.set_values(other, {"pallets": Decimal(9)}, by=an.by, now=NOW)
    people.merge_people(kept, loser=other, choices={}, by=an.by, now=NOW)
    field = CustomField.objects.get(key="pallets")
    assert part_by(Person.objects.all(), field, down=False)[0][0].pk == kept.pk
    assert names(an.browser().get("/people/?sort=own.pallets")) == ["Hoa"]
    assert names(an.browser().get("/people/?own.pallets.from=9")) == []
