"""What every page is framed by, and what that costs."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import reverse
from django.utils.translation import override

from khoi.home.views import frame


def framed(user):
    request = RequestFactory().get("/leads/")
    request.user = user
    with override("en"):
        return frame(request)


def test_two_queries_are_enough(capture, an, django_assert_max_num_queries):
    capture("Của An")
    with django_assert_max_num_queries(2):
        said = framed(an.user)
    assert said["workspace"].name == "Nước Mát"


def test_whoever_is_not_logged_in_gets_nothing_and_asks_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert framed(AnonymousUser()) == {}


def test_the_rail_goes_in_the_order_of_the_work(open_all_day, an):
    labels = [item.label for item in framed(an.user)["nav"]]
    assert labels == ["Home", "Leads", "People", "Accounts", "Pipeline", "Activities", "Reports", "Settings"]


def test_the_place_one_is_at_is_marked(open_all_day, an):
    assert [item.label for item in framed(an.user)["nav"] if item.current] == ["Leads"]


def test_a_rep_counts_her_own_new_leads(capture, an, binh):
    capture("Của An")
    capture("Của Bình", owner=binh)
    (leads,) = [item for item in framed(an.user)["nav"] if item.url == "/leads/"]
    assert leads.count == 1


def test_every_place_of_the_rail_is_there(open_all_day, admin):
    browser = admin.browser()
    for item in framed(admin.user)["nav"]:
        assert browser.get(item.url).status_code == 200, item.url


@pytest.mark.parametrize(
    "header", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"HX-Request": "true"}]
)
def test_what_was_done_is_told_on_the_next_page_looked_at(capture, an, client, header):
    client.force_login(an.user)
    client.post(
        reverse("activities:log"), {"lead": capture("Trần Thị Hoa").public_id, "kind": "call", "outcome": "busy"}
    )
    assert "data-undo" not in client.get("/", headers=header).text
    assert "data-undo" in client.get("/").text
    assert "data-undo" not in client.get("/").text


def test_an_address_that_only_takes_forms_says_so_to_whoever_looks(an, capture):
    page = an.browser().get(f"/leads/{capture('Của An').public_id}/accept/")
    assert (page.status_code, page["Allow"]) == (405, "POST")
    assert "chưa có gì thay đổi" in page.content.decode()
