"""The page that turns a lead into a deal."""

from datetime import date
from decimal import Decimal

import pytest

from khoi.accounts import services as accounts
from khoi.accounts.models import Account
from khoi.custom import services as custom
from khoi.custom.queries import values_of
from khoi.history.models import Act
from khoi.history.rules.actors import SYSTEM
from khoi.leads import services as leads
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.pipeline.models import Opportunity
from tests.cast import NOW

TYPED = {
    "account": "new",
    "account_name": "Lá Sen",
    "opportunity_name": "Đếm kho",
    "amount": "450 triệu",
    "once": "k-1",
}


@pytest.fixture
def lead(ready, an):
    enquiry = lifecycle.Enquiry(
        full_name="Nguyễn Thị Mai Chi", phones=("0901000123",), company_name="Công ty TNHH Bao bì Lá Sen", owner=an.user
    )
    return lifecycle.capture_lead(enquiry, by=an.by, now=NOW).lead


def convert(member, lead, **more):
    return member.browser().post(f"/leads/{lead.public_id}/convert/?lang=vi", TYPED | more)


def test_what_is_known_is_filled_in_already(an, lead):
    leads.record_bant(lead, kind="budget", amount=450_000_000, currency="VND", by=an.by, now=NOW)
    leads.record_bant(lead, kind="timing", on_date=date(2026, 12, 20), by=an.by, now=NOW)
    page = an.browser().get(f"/leads/{lead.public_id}/convert/?lang=vi").content.decode()

    for known in ("450.000.000", "2026-12-20", "Công ty TNHH Bao bì Lá Sen"):
        assert f'value="{known}"' in page


def test_what_the_criteria_still_ask_for_is_said_and_stands_in_nobodys_way(an, lead):
    leads.record_bant(lead, kind="need", text="Đếm kho", by=an.by, now=NOW)
    page = an.browser().get(f"/leads/{lead.public_id}/convert/")

    assert len(page.context["missing"]) == 3
    assert convert(an, lead).status_code == 302


def test_the_deal_has_account_contact_and_an_undo(an, lead):
    answer = convert(an, lead)
    deal, account, act = Opportunity.objects.get(), Account.objects.get(), Act.objects.latest("id")

    assert answer["Location"] == f"/pipeline/{deal.public_id}/"
    assert (deal.name, deal.amount, deal.account) == ("Đếm kho", 450_000_000, account)
    assert account.name == "Lá Sen"
    assert act.verb == "convert_lead"
    assert act.subject_id == lead.pk
    assert Lead.objects.get().lifecycle_stage == "opportunity"


def test_sent_twice_it_is_one_deal_and_the_same_answer(an, lead):
    first, again = convert(an, lead), convert(an, lead)

    assert first["Location"] == again["Location"]
    assert (Opportunity.objects.count(), Account.objects.count()) == (1, 1)


def test_another_form_for_the_same_lead_leads_to_the_same_deal(an, lead):
    first, other = convert(an, lead), convert(an, lead, once="k-2", opportunity_name="Khác")

    assert first["Location"] == other["Location"]
    assert Opportunity.objects.get().name == "Đếm kho"


@pytest.mark.parametrize(("name", "chosen"), [("BAO BI LA SEN", True), ("Lá Sen", False), ("Bao bì Lá Sen 2", False)])
def test_accounts_of_a_like_name_are_offered_and_the_very_name_is_chosen(an, lead, name, chosen):
    there = accounts.add_account(name=name, owner=an.user, by=SYSTEM, now=NOW)
    form = an.browser().get(f"/leads/{lead.public_id}/convert/").context["form"]
    convert(an, lead, account=str(there.public_id))

    assert (form["account"].value() == str(there.public_id)) is chosen
    assert Opportunity.objects.get().account == there
    assert Account.objects.count() == 1


def test_accounts_one_may_not_see_are_not_offered(an, dung, lead):
    hidden = accounts.add_account(name="Bao bì Lá Sen", owner=dung.user, by=SYSTEM, now=NOW)
    page = an.browser().get(f"/leads/{lead.public_id}/convert/").content.decode()

    assert str(hidden.public_id) not in page
    assert convert(an, lead, account=str(hidden.public_id)).status_code == 422


@pytest.mark.parametrize(("field", "value"), [("amount", "nhiều lắm"), ("opportunity_name", ""), ("close_on", "mai")])
def test_what_cannot_be_is_said_at_its_field(an, lead, field, value):
    page = convert(an, lead, **{field: value})

    assert page.status_code == 422
    assert page.context["form"].errors[field]
    assert Opportunity.objects.count() == 0


def test_a_stranger_gets_404(dung, lead):
    assert dung.browser().get(f"/leads/{lead.public_id}/convert/").status_code == 404
    assert convert(dung, lead).status_code == 404


@pytest.fixture
def own(ready):
    """Asked of whoever adds an account or a deal: the number of trucks, which must be known, and the size."""
    custom.add_field(
        "account", type="number", label="Trucks", label_vi="Số xe tải", asked="required", by=SYSTEM, now=NOW
    )
    custom.add_field("opportunity", type="choice", label="Size", choices=["Large"], asked="asked", by=SYSTEM, now=NOW)


def test_fields_of_ones_own_are_asked_of_the_new_account_and_the_deal(an, lead, own):
    assert "Số xe tải của công ty" in an.browser().get(f"/leads/{lead.public_id}/convert/?lang=vi").text
    refused = convert(an, lead, custom_size="large")
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["account_custom_trucks"])
    convert(an, lead, custom_size="large", account_custom_trucks="4", once="k-2")
    deal = Opportunity.objects.get()
    assert values_of([deal])[deal.pk] == {"size": "large"}
    assert list(values_of(Account.objects.all()).values()) == [{"trucks": Decimal(4)}]


def test_an_account_that_is_there_is_not_asked_again_for_what_it_must_have(an, lead, own):
    there = accounts.add_account(name="Bao bì Lá Sen", owner=an.user, by=an.by, now=NOW)
    convert(an, lead, account=str(there.public_id))
    assert Opportunity.objects.get().account == there
