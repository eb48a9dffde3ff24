"""The page of one deal."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from khoi.history.queries import version_of
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import Opportunity
from tests.cast import NOW


def page_of(member, deal):
    return member.browser().get(reverse("pipeline:deal", args=[deal.public_id]))


def edit(member, deal, **said):
    body = {"version": version_of(deal), **said}
    return member.browser().post(reverse("pipeline:edit", args=[deal.public_id]), body)


def test_it_shows_where_the_deal_stands_and_what_is_missing(an, make_deal):
    deal = make_deal(stage="qualification", need="Đếm kho")
    page = page_of(an, deal).text
    assert 'aria-current="step"' in page
    assert 'name="close_on"' in page
    assert "Đỗ Văn Quý" in page
    assert "0912 345 678" in page


def test_it_shows_every_move_with_its_days(an, deal):
    pipeline.move_opportunity(deal, stage="contact", by=an.by, now=NOW)
    page = page_of(an, deal).text
    assert page.count('class="need"') >= 2
    assert "Nguyễn Thị An" in page


def test_a_value_is_changed_where_it_stands_and_can_be_taken_back(an, deal):
    response = edit(an, deal, amount="1,2 tỷ")
    assert response.status_code == 302
    assert Opportunity.objects.get(pk=deal.pk).amount == 1_200_000_000


def test_an_emptied_day_is_no_day(an, make_deal):
    deal = make_deal(close_on=NOW.date())
    edit(an, deal, close_on="")
    assert Opportunity.objects.get(pk=deal.pk).close_on is None


def test_a_value_that_cannot_be_is_shown_again_at_its_field(an, deal):
    response = edit(an, deal, amount="nhiều lắm")
    assert response.status_code == 422
    assert "nhiều lắm" in response.text
    assert 'aria-invalid="true"' in response.text


def test_a_deal_needs_a_name(an, deal):
    assert edit(an, deal, name="  ").status_code == 422


def test_two_who_change_the_same_value_are_told(an, binh, deal):
    seen = version_of(deal)
    pipeline.edit_opportunity(deal, changes={"amount": 5}, by=binh.by, now=NOW)
    assert edit(an, deal, amount="7 triệu", version=seen).status_code == 409
    assert Opportunity.objects.get(pk=deal.pk).amount == 5


def test_two_who_change_different_values_both_have_their_way(an, binh, deal):
    seen = version_of(deal)
    pipeline.edit_opportunity(deal, changes={"amount": 5}, by=binh.by, now=NOW)
    assert edit(an, deal, need="Đếm kho", version=seen).status_code == 302
    deal.refresh_from_db()
    assert (deal.amount, deal.need) == (5, "Đếm kho")


def test_who_may_only_look_has_nothing_to_press(chi, deal):
    page = page_of(chi, deal).text
    assert reverse("pipeline:edit", args=[deal.public_id]) not in page
    assert reverse("pipeline:move", args=[deal.public_id]) not in page
    assert edit(chi, deal, amount="1").status_code == 403


def test_the_lead_it_came_from_is_linked(an, converted):
    assert str(converted.lead.public_id) in page_of(an, converted).text


def test_a_stranger_gets_404(dung, deal):
    assert page_of(dung, deal).status_code == 404


def test_the_page_asks_the_same_questions_however_long_the_story(an, converted):
    def asked():
        browser = an.browser()
        with CaptureQueriesContext(connection) as seen:
            browser.get(reverse("pipeline:deal", args=[converted.public_id]))
        return len(seen)

    few = asked()
    for stage in ("contact", "prospecting") * 4:
        pipeline.move_opportunity(converted, stage=stage, by=an.by, now=NOW)
    assert asked() == few
    assert few <= 38  # two of them for fields of one's own


# --- a new deal


def test_a_deal_is_opened_for_somebody_known(an, deal):
    body = {"who": "0912345678", "name": "Kho thứ hai", "amount": "90 triệu", "close_on": ""}
    response = an.browser().post("/pipeline/new/", body)
    made = Opportunity.objects.exclude(pk=deal.pk).get()
    assert response["Location"] == reverse("pipeline:deal", args=[made.public_id])
    assert (made.person, made.amount, made.owner, made.lead) == (deal.person, 90_000_000, an.user, None)


def test_several_of_that_name_are_asked_about(an, make_deal):
    first, second = make_deal("A"), make_deal("B")
    response = an.browser().post("/pipeline/new/", {"who": "quy", "name": "Kho", "amount": ""})
    assert response.status_code == 422
    assert str(first.person.public_id) in response.text
    said = {"who": "quy", "name": "Kho", "amount": "", "person": str(second.person.public_id)}
    assert an.browser().post("/pipeline/new/", said).status_code == 302
    assert Opportunity.objects.latest("id").person == second.person


def test_somebody_one_may_not_see_is_not_found(dung, deal):
    response = dung.browser().post("/pipeline/new/", {"who": "quy", "name": "Kho", "amount": ""})
    assert response.status_code == 422
    assert str(deal.person.public_id) not in response.text
    assert dung.browser().get(f"/pipeline/new/?person={deal.person.public_id}").status_code == 404


def test_the_same_form_sent_twice_opens_one_deal(an, deal):
    browser = an.browser()
    said = {"who": "quy", "name": "Kho thứ hai", "amount": "", "once": "một lần"}
    first, again = browser.post("/pipeline/new/", said), browser.post("/pipeline/new/", said)
    assert first["Location"] == again["Location"]
    assert Opportunity.objects.count() == 2


@pytest.mark.parametrize("public_id", ["x", "00000000-0000-4000-8000-000000000000"])
def test_what_is_not_there_gets_404(an, ready, public_id):
    assert an.browser().get(f"/pipeline/{public_id}/").status_code == 404
