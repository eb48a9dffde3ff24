"""The arithmetic of a score that fades, against the plain sum of faded points."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.scoring.rules import DAY, add, bound, crossing, earned, instant, lasts_until, value, whole

NOW = instant(datetime(2026, 11, 21, 3, tzinfo=UTC))
HALF_LIVES = st.sampled_from([DAY, 7 * DAY, 30 * DAY, 365 * DAY])
EVENTS = st.lists(st.tuples(st.integers(NOW - 1000 * DAY, NOW), st.integers(1, 100)), min_size=1, max_size=40)


def folded(events, h):
    total = None
    for at, points in events:
        total = add(total, at, points, h)
    return total


def plain(events, now, h):
    return sum(points * 2.0 ** ((at - now) / h) for at, points in events)


@given(EVENTS, HALF_LIVES, st.randoms())
def test_the_order_of_arrival_changes_it_by_microseconds_only(events, h, random):
    first = folded(events, h)
    random.shuffle(events)
    assert abs(folded(events, h) - first) < 1000


@given(EVENTS, HALF_LIVES, st.integers(0, 100 * DAY))
def test_the_value_is_the_sum_of_the_faded_points(events, h, later):
    assert value(folded(events, h), NOW + later, h) == pytest.approx(
        plain(events, NOW + later, h), rel=1e-9, abs=1e-300
    )


@given(EVENTS, EVENTS, HALF_LIVES)
def test_the_difference_has_the_right_sign_and_size(good, bad, h):
    raised, lowered = folded(good, h), folded(bad, h)
    difference = plain(good, NOW, h) - plain(bad, NOW, h)
    assert value(lasts_until(raised, lowered, h), NOW, h) == pytest.approx(max(difference, 0), rel=1e-6, abs=1e-6)


@given(EVENTS, EVENTS, HALF_LIVES)
def test_leads_keep_their_order_for_ever(one, other, h):
    first, second = folded(one, h), folded(other, h)
    for later in (0, 10 * DAY, 100 * DAY):
        ahead = value(first, NOW + later, h) >= value(second, NOW + later, h)
        assert ahead or first <= second


@given(EVENTS, HALF_LIVES, st.integers(1, 200))
def test_below_a_threshold_exactly_from_the_crossing_on(events, h, threshold):
    total = folded(events, h)
    turn = crossing(total, threshold, h)
    assert whole(value(total, turn - DAY // 1000, h)) >= threshold
    assert whole(value(total, turn + DAY // 1000, h)) < threshold


@given(EVENTS, HALF_LIVES, st.integers(1, 200))
def test_the_bound_of_a_list_agrees_with_the_points_shown(events, h, threshold):
    total = folded(events, h)
    if abs(total - bound(threshold, NOW, h)) > 1000:
        assert (total >= bound(threshold, NOW, h)) == (whole(value(total, NOW, h)) >= threshold)


def test_a_full_point_is_shown_as_one():
    assert [whole(value(add(None, NOW, points, 30 * DAY), NOW, 30 * DAY)) for points in (1, 25, 50)] == [1, 25, 50]


def test_half_is_left_after_a_half_life():
    total = add(None, NOW, 40, 30 * DAY)
    assert value(total, NOW + 30 * DAY, 30 * DAY) == pytest.approx(20)


def test_nothing_yet_is_worth_nothing():
    assert value(None, NOW, DAY) == 0
    assert lasts_until(None, add(None, NOW, 5, DAY), DAY) is None
    assert lasts_until(None, None, DAY) is None


def test_far_ends_of_time_do_not_overflow():
    total = add(add(None, 0, 100, DAY), NOW, 1, DAY)
    assert value(total, NOW, DAY) == pytest.approx(1)
    assert value(total, 0, DAY) > 1e300
    assert value(total, NOW + 10_000 * DAY, DAY) == 0


@given(st.integers(1, 100), st.integers(1, 100), st.floats(0, 200))
def test_a_cap_gives_what_room_is_left(points, cap, worth):
    got = earned(points, cap, worth)
    assert 0 <= got <= points
    assert worth + got <= max(cap, worth) + 1e-9
    assert earned(-points, cap, worth) == -got
    assert earned(points, None, worth) == points
