"""Two people who may be one: the queue of pairs, side by side, merged with an Undo, told apart for good."""

import re

import pytest
from django.urls import reverse

from khoi.custom import services as custom
from khoi.custom.queries import values_of
from khoi.people.models import NotTheSame, Person
from tests.cast import NOW
from tests.home.test_api import program

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]


@pytest.fixture
def pair(capture, an):
    one = capture("Phạm Thị Hương", email="huong@x.vn", company_name="Lá Sen", owner=an).person
    two = capture("HUONG PHAM THI", phone="0987654321", company_name="La Sen JSC", owner=an).person
    return one, two


def side_by_side(pair) -> str:
    return f"{reverse('home:merge')}?a={pair[0].public_id}&b={pair[1].public_id}"


def test_the_queue_shows_the_pair_why_and_the_way_to_compare(pair, an):
    page = an.browser().get(reverse("home:duplicates")).content.decode()
    assert "Phạm Thị Hương" in page
    assert "HUONG PHAM THI" in page
    assert "85\N{NO-BREAK SPACE}%" in page
    assert side_by_side(pair).replace("&", "&amp;") in page
    assert 'data-key="m"' in page


def test_an_empty_queue_says_what_it_is_for(open_all_day, an):
    assert reverse("home:people") in an.browser().get(reverse("home:duplicates")).content.decode()


def test_who_sees_only_one_of_a_pair_learns_nothing(capture, an, dung):
    capture("Phạm Thị Hương", company_name="Lá Sen", owner=an)
    mine = capture("Phạm Thị Hương", company_name="Lá Sen", owner=dung).person
    for address in (reverse("home:duplicates"), reverse("home:person", args=[mine.public_id])):
        assert "%" not in re.sub(r"<(style|script).*?</\1>", "", main(dung.browser().get(address).content.decode()))


def main(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def test_side_by_side_differing_values_are_chosen_and_the_rest_is_told(pair, an):
    page = an.browser().get(side_by_side(pair)).content.decode()
    assert page.count('name="full_name"') == 2
    assert page.count('name="email"') == 1
    assert "huong@x.vn" in page
    assert "<td>2</td>" in page


def test_the_chosen_values_stay_and_the_toast_offers_undo(pair, an):
    one, two = pair
    browser = an.browser()
    answer = browser.post(side_by_side(pair), {"full_name": "loser"}, follow=True)
    one.refresh_from_db()
    assert one.full_name == "HUONG PHAM THI"
    assert answer.redirect_chain == [(reverse("home:person", args=[one.public_id]), 302)]
    undo = re.search(r'action="(/[^"]*undo[^"]*)"', answer.content.decode())
    assert undo
    browser.post(undo[1])
    one.refresh_from_db()
    assert (one.full_name, Person.objects.get(pk=two.pk).merged_into) == ("Phạm Thị Hương", None)


def test_a_field_of_ones_own_stands_beside_the_others_and_is_chosen_alike(pair, an):
    one, two = pair
    custom.add_field("person", type="money", label="Budget", label_vi="Ngân sách", by=an.by, now=NOW)
    for person, amount in ((one, 1_240_000), (two, 1_241_000)):
        custom.set_values(person, {"budget": amount}, by=an.by, now=NOW)
    assert main(an.browser().get(side_by_side(pair)).content.decode()).count('name="custom.budget"') == 2

    an.browser().post(side_by_side(pair), {"custom.budget": "loser"})
    assert values_of([one])[one.pk] == {"budget": 1_241_000}


def test_an_old_address_leads_to_the_survivor_for_good(pair, an):
    one, two = pair
    an.browser().post(side_by_side(pair))
    moved = an.browser().get(reverse("home:person", args=[two.public_id]))
    assert (moved.status_code, moved["Location"]) == (301, reverse("home:person", args=[one.public_id]))
    again = an.browser().post(side_by_side(pair))
    assert (again.status_code, Person.objects.live().count()) == (302, 1)


def test_two_who_are_told_apart_leave_the_queue(pair, an):
    one, two = pair
    body = {"a": one.public_id, "b": two.public_id}
    assert an.browser().post(reverse("home:tell_apart"), body).status_code == 302
    assert NotTheSame.objects.count() == 1
    assert "Phạm Thị Hương" not in main(an.browser().get(reverse("home:duplicates")).content.decode())


def test_the_page_of_a_person_hints_at_the_other_and_lets_one_look_for_somebody(pair, an):
    one, two = pair
    page = an.browser().get(reverse("home:person", args=[one.public_id])).content.decode()
    assert reverse("home:person", args=[two.public_id]) in page
    assert reverse("home:merge_with", args=[one.public_id]) in page
    looked = an.browser().get(reverse("home:merge_with", args=[one.public_id]), {"q": "huong"}).content.decode()
    assert str(two.public_id) in looked


def test_only_live_people_are_listed_searched_and_counted(pair, an):
    an.browser().post(side_by_side(pair))
    for address in (reverse("home:people"), f"{reverse('home:search')}?q=huong", f"{reverse('home:people')}?q=huong"):
        assert str(pair[1].public_id) not in an.browser().get(address).content.decode()


def test_programs_read_the_pairs_and_tell_them_apart(pair, an, dung):
    one, two = pair
    ask = program(an)
    (found,) = ask("get", "/people/duplicates").json()["items"]
    assert found == {
        "first": str(one.public_id), "second": str(two.public_id), "reasons": ["same_name_company"], "sure": 85
    }  # fmt: skip
    assert program(dung)("get", "/people/duplicates").json() == {"items": []}
    said = ask("post", "/people/tell-apart", {"first": found["second"], "second": found["first"]}).json()
    assert said["act"]
    assert ask("get", "/people/duplicates").json() == {"items": []}


def test_the_queue_asks_no_more_for_more_pairs(capture, an, django_assert_max_num_queries):
    for number in range(6):
        capture("Phạm Thị Hương", company_name=f"Lá Sen {number % 3}", owner=an)
    browser = an.browser()
    with django_assert_max_num_queries(30):
        browser.get(reverse("home:duplicates"))
