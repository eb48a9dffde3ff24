from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.kit.periods import Period, instants, month, parse_period, previous, quarter, today, week, year

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


def test_the_day_is_the_one_of_the_zone():
    evening = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)
    assert today(evening, SAIGON) == date(2026, 11, 22)
    assert today(evening, ZoneInfo("UTC")) == date(2026, 11, 21)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        today(datetime(2026, 11, 21), SAIGON)  # noqa: DTZ001


@given(DAYS, st.sampled_from([week, month, quarter, year]))
def test_a_period_holds_its_day_and_follows_the_one_before(on, kind):
    period = kind(on)
    assert on in period
    assert period.end not in period
    assert previous(period).end == period.start
    assert previous(period) == kind(previous(period).start)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026-11", date(2026, 11, 1), date(2026, 12, 1)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 5)),
        ("2026-11-05", date(2026, 11, 5), date(2026, 11, 6)),
        ("2026-11-05/2026-11-20", date(2026, 11, 5), date(2026, 11, 20)),
        ("this_month", date(2026, 11, 1), date(2026, 12, 1)),
        ("last_quarter", date(2026, 7, 1), date(2026, 10, 1)),
    ],
)
def test_a_period_is_named_in_the_address(text, start, end):
    assert parse_period(text, date(2026, 11, 21)) == Period(start, end)


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-Q5", "2026-00", "2026-02-30", "2026-11-05/2026-11-05", "0000", "last_month"]
)
def test_what_names_no_period_is_none(text):
    assert parse_period(text) is None


def test_days_become_instants_of_the_zone():
    start, end = instants(month(date(2026, 11, 5)), SAIGON)
    assert start == datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert end == datetime(2026, 11, 30, 17, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "America/New_York"])
def test_the_first_and_the_last_day_there_are_have_their_instants(zone):
    start, end = instants(Period(date.min, date.max), ZoneInfo(zone))

    assert (start.year, end.year) == (1, 9999)
