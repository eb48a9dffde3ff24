"""Search: beginnings of words, whatever the accents; digits of phones; nothing one may not see."""

import pytest
from django.utils import timezone

from khoi.home.queries.search import search
from khoi.lifecycle import services as lifecycle


@pytest.fixture
def three(capture):
    capture("Nguyễn Thị Hoa", phone="0912 345 678", email="hoa.nguyen@lasen.example", company_name="Công ty Lá Sen")
    capture("Trần Văn Uyên", phone="0987 654 321", company_name="Sao Mai Logistics")
    capture("Đỗ Nguyễn Sơn", email="son@saomai.example", need="Kho lạnh")


def found(member, text):
    return [hit.person.full_name for hit in search(member.by, text).people]


WANTED: dict[str, set[str]] = {
    "nguyen thi hoa": {"Nguyễn Thị Hoa"},
    "NGUYỄN THỊ HOA": {"Nguyễn Thị Hoa"},
    "hoa nguyen": {"Nguyễn Thị Hoa"},
    "ngu": {"Nguyễn Thị Hoa", "Đỗ Nguyễn Sơn"},
    "do son": {"Đỗ Nguyễn Sơn"},
    "0912 345": {"Nguyễn Thị Hoa"},
    "0912345678": {"Nguyễn Thị Hoa"},
    "+84 912 345 678": {"Nguyễn Thị Hoa"},
    "345 678": {"Nguyễn Thị Hoa"},
    "sao mai": {"Trần Văn Uyên"},
    "la sen": {"Nguyễn Thị Hoa"},
    "hoa.nguyen@lasen": {"Nguyễn Thị Hoa"},
    "kho": {"Đỗ Nguyễn Sơn"},
    "uyen": {"Trần Văn Uyên"},
    "guyen": set(),
    "hoa uyen": set(),
    "%": set(),
    "_": set(),
    "   ": set(),
}


def test_it_finds_by_beginnings_of_words_and_by_digits_of_phones(three, an):
    assert {text: set(found(an, text)) for text in WANTED} == WANTED


def test_a_stranger_finds_nothing(three, dung):
    assert found(dung, "nguyen") == []


def test_hidden_people_take_no_place_of_visible_ones(capture, an, dung):
    capture("Nguyễn Thị Cũ", owner=dung)
    for n in range(12):
        capture(f"Nguyễn Thị {n}")
    assert found(dung, "nguyen") == ["Nguyễn Thị Cũ"]


def test_a_person_with_two_leads_is_one_hit(capture, an):
    for _ in range(2):
        capture("Nguyễn Thị Hoa", phone="0912 345 678")
    (hit,) = search(an.by, "hoa").people
    assert len(hit.leads) == 2


def test_accounts_and_deals_are_found_by_their_names(capture, an, dung):
    lead = capture("Nguyễn Thị Hoa", company_name="Công ty Lá Sen", need="In mã vạch")
    lifecycle.convert_lead(lead, by=an.by, now=timezone.now())
    hits = search(an.by, "la sen")
    assert [account.name for account in hits.accounts] == ["Công ty Lá Sen"]
    assert [deal.name for deal in search(an.by, "ma vach").deals] == ["In mã vạch"]
    assert search(dung.by, "la sen").is_empty


def test_the_palette_gets_options_and_a_browser_without_script_a_page(three, an):
    browser = an.browser()
    options = browser.get("/search/?q=hoa", headers={"HX-Request": "true"}).content.decode()
    page = browser.get("/search/?q=hoa").content.decode()
    assert options.count('role="option"') == 1
    assert "<html" not in options
    assert "Nguyễn Thị Hoa" in page


def test_an_empty_palette_offers_what_can_be_done(three, an):
    options = an.browser().get("/search/?lang=en&q=", headers={"HX-Request": "true"}).content.decode()
    assert "Add a lead" in options
    assert 'href="/leads/"' in options


def test_a_search_takes_a_handful_of_queries(three, an, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        search(an.by, "nguyen")
