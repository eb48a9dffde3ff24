from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.kit.hours import WorkingHours, add_working_minutes, is_working, vietnam_holidays, working_minutes_between

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
OFFICE = WorkingHours(SAIGON, frozenset(range(5)), time(8), time(17, 30), vietnam_holidays([2025, 2026, 2027]))
BERLIN = WorkingHours(ZoneInfo("Europe/Berlin"), frozenset(range(7)), time(1), time(4))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
MINUTES = st.integers(0, 20_000)


def at(year, month, day, hour, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=SAIGON)


@given(MOMENTS, MINUTES, st.sampled_from([OFFICE, BERLIN]))
def test_the_minutes_added_are_the_minutes_between(moment, minutes, hours):
    assert working_minutes_between(moment, add_working_minutes(moment, minutes, hours), hours) == minutes


@given(MOMENTS, MOMENTS, MOMENTS)
def test_waiting_adds_up_over_a_pause(first, second, third):
    first, second, third = sorted((first, second, third))
    parts = working_minutes_between(first, second, OFFICE) + working_minutes_between(second, third, OFFICE)
    assert working_minutes_between(first, third, OFFICE) - parts in (0, 1)


@given(MOMENTS)
def test_a_minute_passes_only_while_working(moment):
    start = moment.replace(second=0, microsecond=0)
    assert working_minutes_between(start, start + timedelta(minutes=1), OFFICE) == is_working(start, OFFICE)


def test_a_promise_given_on_friday_evening_runs_on_monday():
    assert add_working_minutes(at(2026, 11, 20, 17), 60, OFFICE) == at(2026, 11, 23, 8, 30)


def test_time_that_runs_out_with_the_day_is_over_at_closing():
    assert add_working_minutes(at(2026, 11, 20, 16, 30), 60, OFFICE) == at(2026, 11, 20, 17, 30)


def test_round_the_clock_has_no_minute_at_midnight_in_which_nobody_works():
    always = WorkingHours(SAIGON, frozenset(range(7)), time(0), time(23, 59))
    assert add_working_minutes(at(2026, 11, 20, 23, 50), 60, always) == at(2026, 11, 21, 0, 50)
    assert is_working(at(2026, 11, 20, 23, 59), always)


def test_nothing_runs_over_tet():
    before, after = at(2026, 2, 13, 17), at(2026, 2, 23, 8, 30)
    assert add_working_minutes(before, 60, OFFICE) == after


def test_a_holiday_moved_to_a_working_day_is_a_day_off():
    assert {date(2026, 2, 17), date(2026, 4, 27), date(2026, 9, 2)} <= vietnam_holidays([2026])


def test_the_hour_that_summer_time_takes_away_is_not_worked():
    day = datetime(2026, 3, 29, tzinfo=UTC)
    assert working_minutes_between(day, day + timedelta(hours=12), BERLIN) == 120


def test_hours_that_never_come_are_refused():
    with pytest.raises(ValueError, match="days"):
        WorkingHours(SAIGON, frozenset(), time(8), time(17))
    with pytest.raises(ValueError, match="end"):
        WorkingHours(SAIGON, frozenset({0}), time(17), time(8))
