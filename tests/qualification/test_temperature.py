from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.qualification.rules import BantFact, temperature

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
TODAY = date(2026, 11, 21)
NEED, BUDGET, AUTHORITY = (BantFact(kind, TODAY) for kind in ("need", "budget", "authority"))


def timing(days=None, band="", noted=TODAY):
    return BantFact("timing", noted, on_date=None if days is None else TODAY + timedelta(days=days), band=band)


def rated(*facts, intent=False, now=NOW):
    return temperature(facts, intent, now, SAIGON)


@pytest.mark.parametrize("when", [timing(0), timing(90), timing(band="now"), timing(band="this_quarter")])
def test_need_budget_and_a_near_date_make_it_hot(when):
    rating = rated(NEED, BUDGET, when)
    assert (rating.value, rating.missing) == ("hot", ())
    assert rating.reasons == ("need_stated", "budget_stated", "timing_near")


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ((NEED, BUDGET), ("timing",)),
        ((NEED, BUDGET, timing(91)), ("near_timing",)),
        ((NEED, BUDGET, timing(-1)), ("new_timing",)),
        ((NEED, BUDGET, timing(band="later")), ("near_timing",)),
        ((NEED, BUDGET, timing(200, band="now")), ("near_timing",)),
        ((NEED, AUTHORITY, timing(10)), ("budget",)),
        ((BUDGET, timing(10)), ("need",)),
    ],
)
def test_what_keeps_it_from_being_hot_is_told(facts, missing):
    rating = rated(*facts)
    assert (rating.value, rating.missing) == ("warm", missing)


def test_intent_alone_is_warm_and_one_fact_alone_is_cold():
    assert rated(intent=True).value == "warm"
    assert rated(NEED).value == "cold"
    assert rated().value == "cold"
    assert rated(timing(-5), NEED).value == "cold"


def test_the_last_word_on_a_matter_holds():
    earlier = timing(10, noted=TODAY - timedelta(days=9))
    assert rated(NEED, BUDGET, timing(300), earlier).value == "warm"


def test_a_budget_without_an_amount_is_not_stated():
    assert rated(NEED, BantFact("budget", TODAY, stated=False), timing(10)).missing == ("budget",)


def test_now_said_long_ago_is_no_longer_now():
    assert rated(NEED, BUDGET, timing(band="now", noted=TODAY - timedelta(days=31))).missing == ("new_timing",)


FACTS = st.lists(
    st.builds(
        BantFact,
        kind=st.sampled_from(["need", "budget", "authority", "timing"]),
        noted_on=st.integers(-60, 0).map(lambda days: TODAY + timedelta(days=days)),
        stated=st.booleans(),
        on_date=st.one_of(st.none(), st.integers(-100, 200).map(lambda days: TODAY + timedelta(days=days))),
        band=st.sampled_from(["", "now", "this_quarter", "this_year", "later"]),
    ),
    max_size=5,
)


@given(FACTS, st.booleans(), st.integers(0, 400 * 24))
def test_a_rating_stands_until_its_next_change(facts, intent, hours):
    rating = rated(*facts, intent=intent)
    later = rated(*facts, intent=intent, now=NOW + timedelta(hours=hours))
    if rating.next_change_at is None or NOW + timedelta(hours=hours) < rating.next_change_at:
        assert (later.value, later.reasons, later.missing) == (rating.value, rating.reasons, rating.missing)


@given(FACTS, st.booleans())
def test_a_rating_turns_at_its_next_change(facts, intent):
    rating = rated(*facts, intent=intent)
    if rating.next_change_at is not None:
        then = rated(*facts, intent=intent, now=rating.next_change_at)
        assert (then.value, then.reasons, then.missing) != (rating.value, rating.reasons, rating.missing)


@pytest.mark.parametrize("on", [date.min, date.max])
def test_the_ends_of_the_calendar_are_days_like_others(on):
    assert rated(NEED, BUDGET, BantFact("timing", TODAY, on_date=on)).value == "warm"
