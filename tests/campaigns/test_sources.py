"""Sources, campaigns, and what they cost in a period."""

from datetime import date

import pytest
from django.urls import reverse

from khoi.campaigns import queries
from khoi.campaigns import services as campaigns
from khoi.campaigns.models import Campaign, Cost, Source
from khoi.history.rules.actors import SYSTEM
from khoi.kit.periods import Period, instants
from khoi.kit.refusals import Refusal
from khoi.lifecycle import services as lifecycle
from tests.cast import HANOI, NOW

NOVEMBER = Period(date(2026, 11, 1), date(2026, 12, 1))


@pytest.fixture
def ads(ready):
    return Source.objects.get(code="ads")


def cost(source, start, end, amount, **more):
    return campaigns.add_cost(source, amount=amount, period_start=start, period_end=end, by=SYSTEM, now=NOW, **more)


def of(source):
    rows = queries.brought_within(NOVEMBER, instants(NOVEMBER, HANOI))
    return next(row for row in rows if row.source == source)


def test_a_cost_is_spread_evenly_over_its_days(ads):
    cost(ads, date(2026, 11, 1), date(2026, 12, 1), 30_000_000)
    cost(ads, date(2026, 10, 27), date(2026, 11, 6), 10_000_000)

    assert [(one.currency, one.amount) for one in of(ads).spent] == [("VND", 35_000_000)]


def test_currencies_are_never_added(ads):
    cost(ads, date(2026, 11, 1), date(2026, 12, 1), 30_000_000)
    cost(ads, date(2026, 11, 1), date(2026, 12, 1), 1_200_00, currency="USD")

    assert {one.currency: one.amount for one in of(ads).spent} == {"VND": 30_000_000, "USD": 120_000}


def test_the_cost_of_a_lead_is_told_when_there_are_leads(ads):
    cost(ads, date(2026, 11, 1), date(2026, 12, 1), 30_000_000)
    nobody = of(ads).spent[0].per_lead
    for number in (1, 2, 3):
        enquiry = lifecycle.Enquiry(full_name="Chi", phones=(f"090100010{number}",), source="ads")
        lifecycle.capture_lead(enquiry, by=SYSTEM, now=NOW)

    assert (nobody, of(ads).leads, of(ads).spent[0].per_lead) == (None, 3, 10_000_000)


@pytest.mark.parametrize(
    ("start", "end", "amount"),
    [
        (date(2026, 11, 1), date(2026, 11, 1), 1),
        (date(2026, 11, 2), date(2026, 11, 1), 1),
        (date(2026, 11, 1), date(2026, 12, 1), -1),
        (date(2026, 11, 1), date(2026, 12, 1), 2**62),
    ],
)
def test_a_cost_that_cannot_be_is_refused(ads, start, end, amount):
    with pytest.raises(Refusal):
        cost(ads, start, end, amount)

    assert Cost.objects.count() == 0


def test_a_code_is_made_from_the_name_and_used_once(ready):
    made = campaigns.add_source(name="Hội chợ Đà Nẵng 2026", by=SYSTEM, now=NOW)
    with pytest.raises(Refusal) as refusal:
        campaigns.add_source(name="hoi cho da nang 2026", by=SYSTEM, now=NOW)

    assert made.code == "hoi_cho_da_nang_2026"
    assert refusal.value.code == "name_taken"


def test_a_marketer_adds_a_cost_in_words(chi, ads):
    typed = {"source": "ads", "amount": "18 triệu", "period_start": "2026-11-01", "last_day": "2026-11-30"}
    answer = chi.browser().post("/settings/sources/cost/?lang=vi", typed)
    made = Cost.objects.get()

    assert answer.status_code == 302
    assert (made.amount, made.period_end) == (18_000_000, date(2026, 12, 1))


def test_an_amount_that_is_none_is_said_at_its_field(chi, ads):
    typed = {"source": "ads", "amount": "một ít", "period_start": "2026-11-01", "last_day": "2026-10-30"}
    page = chi.browser().post("/settings/sources/cost/?lang=vi", typed)

    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"amount", "last_day"}


def test_a_campaign_ends_after_it_starts(ready):
    with pytest.raises(Refusal):
        campaigns.add_campaign(name="Kho", starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 1), by=SYSTEM, now=NOW)

    assert Campaign.objects.count() == 0


@pytest.mark.parametrize("last", ["9999-12-31", "2026-10-31"])
def test_a_cost_that_never_ends_or_ends_first_is_asked_again(ready, admin, last):
    data = {"source": "ads", "amount": "30 triệu", "period_start": "2026-11-01", "last_day": last}
    answer = admin.browser().post(reverse("campaigns:add_cost"), data)

    assert answer.status_code in (200, 422)
    assert not Cost.objects.exists()
