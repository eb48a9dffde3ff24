"""The list of leads by custom fields: columns, filters, order and export, in the browser and for programs."""

import json
import re
from urllib.parse import quote

import pytest

from khoi.custom import services as custom
from khoi.custom.models import CustomField
from khoi.custom.queries import part_by, read_values
from khoi.history.rules.actors import SYSTEM
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from tests.cast import NOW, acting
from tests.custom.conftest import EACH

NAMES = ("Ba", "Bốn", "Năm", "Sáu")


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def fields(company):
    made = [
        custom.add_field("lead", type=kind, label=label, choices=choices, in_lists=True, by=SYSTEM, now=NOW)
        for kind, label, choices in EACH.values()
    ]
    return {field.key: field for field in made}


@pytest.fixture(scope="module")
def four(company, fields):
    """Four leads of An's; the last one has nothing filled in."""
    rows = [
        {"pallets": 3, "rent": 10, "size": "small", "needs": ["scanner"], "has_wifi": True, "warehouse": "Kho Bình"},
        {"pallets": 20, "rent": 5, "size": "large", "needs": ["scanner", "scale"], "has_wifi": False},
        {"pallets": 3, "contract_ends": "2027-01-31", "size": "small", "map": "https://maps.example/a"},
        {},
    ]
    made = {}
    for number, (name, values) in enumerate(zip(NAMES, rows, strict=True)):
        enquiry = lifecycle.Enquiry(full_name=name, phones=(f"091234567{number}",), owner=company.an.user)
        made[name] = lifecycle.capture_lead(enquiry, by=company.an.by, now=NOW).lead
        custom.set_values(made[name], read_values(Lead, values), by=company.an.by, now=NOW)
    return made


def names(page):
    return re.findall(r'<span class="who"><a class="cut" href="[^"]+" data-preload>([^<]*)</a>', page.content.decode())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("own.size=small", {"Ba", "Năm"}),
        ("own.size=small&own.size=large", {"Ba", "Bốn", "Năm"}),
        ("own.size=unheard-of", set(NAMES)),
        ("own.needs=scale", {"Bốn"}),
        ("own.has_wifi=no", {"Bốn"}),
        ("own.pallets.from=4", {"Bốn"}),
        ("own.pallets.from=3&own.pallets.to=3", {"Ba", "Năm"}),
        ("own.pallets.from=nonsense", set(NAMES)),
        ("own.rent.to=5", {"Bốn"}),
        ("own.contract_ends.to=2027-02-01", {"Năm"}),
        ("own.warehouse=binh", {"Ba"}),
        ("own.map=maps", {"Năm"}),
        ("own.size=small&own.warehouse=kho&view=all", {"Ba"}),
    ],
)
def test_a_chip_filters_the_list(four, an, query, found):
    assert set(names(an.browser().get(f"/leads/?{query}"))) == found


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("own.pallets", ["Ba", "Năm", "Bốn", "Sáu"]),
        ("-own.pallets", ["Bốn", "Năm", "Ba", "Sáu"]),
        ("own.rent", ["Bốn", "Ba", "Sáu", "Năm"]),
        ("-own.contract_ends", ["Năm", "Sáu", "Bốn", "Ba"]),
        ("own.has_wifi", ["Bốn", "Ba", "Sáu", "Năm"]),
    ],
)
def test_a_head_sorts_the_list_and_what_is_empty_comes_last(four, an, sort, order):
    assert names(an.browser().get(f"/leads/?sort={sort}")) == order


@pytest.mark.parametrize("key", ["pallets", "rent", "contract_ends", "size", "has_wifi", "warehouse", "map"])
@pytest.mark.parametrize("down", [False, True])
def test_parts_of_one_are_the_whole_list_in_its_order(four, fields, key, down):
    whole, _ = part_by(Lead.objects.all(), fields[key], down=down)
    read, after = [], ""
    while True:
        part, after = part_by(Lead.objects.all(), fields[key], down=down, after=after, size=1)
        read += part
        if not after:
            break
    assert [lead.pk for lead in read] == [lead.pk for lead in whole]
    assert len(read) == 4


@pytest.mark.parametrize("after", ["x", ".", "1.x", "99999999999999999999", "1." + "9" * 40, "-1.2", "1.2027-99-99"])
def test_a_cursor_that_is_none_begins_anew(four, fields, after):
    for key in ("pallets", "contract_ends"):
        assert part_by(Lead.objects.all(), fields[key], down=False, after=after)[0]


def test_the_list_shows_a_column_for_each_and_the_file_holds_all(four, an, binh):
    page = an.browser().get("/leads/?lang=en").content.decode()
    assert "Scanner, Scale" in page
    assert page.count("Contract ends") >= 2  # the chip and the head
    rows = b"".join(binh.browser().get("/leads/export/?view=all&own.pallets.from=4&lang=en")).decode()
    head, line = rows.strip().splitlines()
    assert "Pallets" in head
    assert "Bốn" in line
    assert "Scanner; Scale" in line


def test_a_program_asks_with_a_condition_and_an_order(four, program):
    where = quote(json.dumps({"all": [{"field": "custom.pallets", "op": "lt", "value": 10}]}))
    answer = program.get(f"/leads?where={where}&sort=-custom.rent")
    assert [item["person"]["full_name"] for item in answer.json()["items"]] == ["Ba", "Năm"]


@pytest.mark.parametrize(
    "query",
    [
        "where={}",
        "where=x",
        "where=" + quote('{"field": "custom.unheard", "op": "eq", "value": 1}'),
        "sort=custom.unheard",
        "sort=custom.needs",
        "sort=sideways",
    ],
)
def test_a_condition_or_order_that_is_none_is_refused(four, program, query):
    assert program.get(f"/leads?{query}").status_code == 422


def test_a_rep_finds_no_other_teams_lead_by_its_values(four, dung):
    assert names(dung.browser().get("/leads/?view=all&own.size=small")) == []


def test_columns_take_one_query_whatever_they_are(four, an, django_assert_max_num_queries, django_assert_num_queries):
    browser = an.browser()
    browser.get("/leads/")
    with acting():
        CustomField.objects.exclude(key="size").update(in_lists=False)
    with django_assert_max_num_queries(60) as one:
        browser.get("/leads/")
    with acting():
        CustomField.objects.update(in_lists=True)
    with django_assert_num_queries(len(one)):
        browser.get("/leads/")


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("own.size=small", {"Ba", "Năm"}),
        ("own.size=small&own.size=large&own.pallets.from=4", {"Bốn"}),
        ("own.needs=scanner&own.needs=scale", {"Ba", "Bốn"}),
        ("own.warehouse=binh&sort=own.pallets", {"Ba"}),
        ("own.contract_ends.to=2027-02-01", {"Năm"}),
    ],
)
def test_what_many_records_have_is_found_one_by_one_all_the_same(four, an, monkeypatch, query, found):
    monkeypatch.setattr("khoi.custom.queries.listing.COMMON", 1)
    assert set(names(an.browser().get(f"/leads/?{query}"))) == found


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("own.size=small", 2),
        ("own.size=small&own.size=large", 3),
        ("own.needs=scanner&own.needs=scale", 2),
        ("own.size=small&own.pallets.from=3", 2),
        ("own.size=small&q=ba", 1),
        ("own.rent.to=5", 1),
        ("", 4),
    ],
)
@pytest.mark.parametrize("view", ["all", "mine"])
def test_the_count_is_of_what_the_list_finds(four, admin, an, query, count, view):
    member = admin if view == "all" else an
    page = member.browser().get(f"/leads/?view={view}&{query}")
    assert (page.context["total"], len(names(page))) == (count, count)
