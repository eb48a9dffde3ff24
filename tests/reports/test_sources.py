"""What sources brought and cost, and how soon we answer."""

from datetime import date, timedelta

import pytest

from khoi.campaigns.models import Cost
from khoi.kit.money import Money
from khoi.kit.periods import Period
from khoi.reports.queries.response import response
from khoi.reports.queries.sources import sources
from khoi.reports.rules.spending import Spent, returned, share_of
from khoi.team.rules import OWNER_OF_THE_MACHINE
from tests.cast import NOW, acting
from tests.reports.histories import START, day, deal_in, lead_with, source

pytestmark = pytest.mark.usefixtures("ready")

EVERYBODY = OWNER_OF_THE_MACHINE
TODAY = date(2026, 12, 20)
DECEMBER = Period(date(2026, 12, 1), date(2027, 1, 1))


def costs(name, amount, start, end, currency="VND"):
    with acting(now=START):
        Cost.objects.create(
            source=source(name), period_start=start, period_end=end, amount=amount, currency=currency, created_at=NOW
        )


def brought(**asked):
    return {row.name: row for row in sources(actor=EVERYBODY, today=TODAY, **asked)}


def test_a_source_is_told_by_its_leads_and_what_they_became():
    for way in ([("mql", 1), ("sql", 2), ("customer", 3)], [("mql", 1)], []):
        lead_with(*way, source=source("fair"))
    row = brought()["fair"]

    assert (row.leads, row.mql, row.sql, row.won) == (3, 2, 1, 1)
    assert row.conversion == pytest.approx(1 / 3)


def test_revenue_is_what_its_leads_bought_by_currency():
    for amount, currency in ((100, "VND"), (50, "VND"), (7, "USD")):
        deal_in("closed_won", amount=amount, currency=currency, lead=lead_with(("customer", 1), source=source("fair")))
    deal_in("proposal", amount=1000, lead=lead_with(source=source("fair")))
    deal_in("closed_won", amount=1000)

    assert brought()["fair"].revenue == {"VND": 150, "USD": 7}


def test_a_cost_counts_by_the_days_that_lie_in_the_period_and_are_over():
    costs("fair", 3100, date(2026, 12, 1), date(2027, 1, 1))
    costs("fair", 400, date(2026, 11, 29), date(2026, 12, 3))

    assert brought(period=DECEMBER)["fair"].cost == {"VND": 2000 + 200}
    assert brought(as_of=date(2026, 12, 1))["fair"].cost == {"VND": 100 + 300}


def test_a_source_that_cost_but_brought_nobody_is_told_too():
    costs("fair", 31, date(2026, 12, 1), date(2026, 12, 2))

    assert (brought()["fair"].leads, brought()["fair"].roi) == (0, 0)


def test_return_is_revenue_over_cost():
    costs("fair", 100, date(2026, 12, 1), date(2026, 12, 2))
    deal_in("closed_won", amount=250, lead=lead_with(("customer", 1), source=source("fair")))

    assert brought()["fair"].roi == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("revenue", "cost", "times"),
    [
        ({"VND": 300}, {"VND": 100}, 3),
        ({}, {"VND": 100}, 0),
        ({"VND": 300}, {}, None),
        ({"USD": 300}, {"VND": 100}, None),
        ({"VND": 300, "USD": 1}, {"VND": 100}, None),
        ({"VND": 300}, {"VND": 100, "USD": 1}, None),
    ],
)
def test_no_return_is_told_across_currencies(revenue, cost, times):
    assert returned(revenue, cost) == times


def test_the_days_of_a_cost_add_up_to_its_whole():
    spent = Spent(Money(1000, "VND"), date(2026, 12, 1), date(2026, 12, 5))
    days = [date(2026, 11, 30) + timedelta(days=number) for number in range(8)]

    assert sum(share_of(spent, one, one + timedelta(days=1)).amount for one in days) == 1000
    assert share_of(spent, None, None).amount == 1000


def test_weeks_end_with_today():
    for arrived in (0, 1, 19, 20):  # 30 November … 20 December
        lead_with(arrived=arrived, source=source("fair"))

    assert brought()["fair"].weekly[-3:] == (2, 0, 2)
    assert len(brought()["fair"].weekly) == 13


def test_a_rep_is_told_of_her_teams_leads_only(an, dung):
    for owner in (an, dung):
        lead_with(owner=owner, source=source("fair"))

    assert [sources(actor=one.by, today=TODAY)[0].leads for one in (an, dung)] == [1, 1]


def promised(owner, answered=None, arrived=0.0, minutes=30):
    return lead_with(
        owner=owner,
        arrived=arrived,
        respond_by=day(arrived) + timedelta(minutes=minutes),
        responded_at=None if answered is None else day(arrived) + timedelta(minutes=answered),
    )


def test_answers_are_in_time_late_or_still_to_come(an):
    promised(an, 10)
    promised(an, 50)
    promised(an)
    promised(an, arrived=20)
    lead_with(owner=an)
    total = response(actor=EVERYBODY, now=day(20) + timedelta(minutes=5)).total

    assert (total.leads, total.in_time, total.late, total.waiting) == (4, 1, 2, 1)
    assert total.share_in_time == pytest.approx(1 / 3)
    assert total.median == timedelta(minutes=30)


def test_the_slowest_owner_comes_first(an, dung):
    promised(an, 10)
    promised(dung, 90)

    rows = response(actor=EVERYBODY, now=day(20)).rows
    assert [row.name for row in rows] == ["Phạm Quốc Dũng", "Nguyễn Thị An"]


def test_an_answer_after_the_day_was_not_there_on_the_day(an):
    promised(an, 60 * 24 * 3)

    for known in ("now", "then"):
        total = response(actor=EVERYBODY, as_of=date(2026, 12, 1), known=known, now=day(20)).total
        assert (total.leads, total.late, total.median) == (1, 1, None)


def test_nobody_was_promised_anything():
    total = response(actor=EVERYBODY, now=day(20)).total

    assert (total.leads, total.share_in_time, total.median) == (0, None, None)
