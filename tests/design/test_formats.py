from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from khoi.design.templatetags import formats

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
GAP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (1_840_000_000, "VND", "₫1.84bn"),
        (192_000_000, "VND", "₫192m"),
        (124_600_000, "VND", "₫124.6m"),
        (999_960_000, "VND", "₫1bn"),
        (950_000, "VND", "₫950,000"),
        (0, "VND", "₫0"),
        (-2_500_000, "VND", "-₫2.5m"),
        (123_456_789, "USD", "US$1.23m"),
        (1_250, "USD", "US$12.50"),
    ],
)
def test_money_is_short_from_a_million_on(minor: int, currency: str, shown: str) -> None:
    with translation.override("en"):
        assert formats.money(minor, currency) == shown


def test_money_follows_vietnamese_figures_and_order() -> None:
    with translation.override("vi"):
        assert formats.money(950_000, "VND") == f"950.000{GAP}₫"
        assert formats.money_full(1_840_000_000, "VND") == f"1.840.000.000{GAP}₫"
        assert formats.money(12_460_000_000, "VND").startswith("12,46")


@pytest.mark.parametrize(("value", "shown"), [(15, "+15"), (-25, "−25"), (0, "0"), (-1200, "−1.200")])
def test_what_adds_and_what_takes_away_carry_their_signs(value: int, shown: str) -> None:
    with translation.override("vi"):
        assert formats.signed(value) == shown


def test_what_comes_within_a_minute_has_not_just_been() -> None:
    now = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    with translation.override("en"):
        assert formats.ago(now, now + timedelta(seconds=20)) == "now"
        assert formats.ago(now, now - timedelta(seconds=20)) == "in a moment"


def test_no_amount_is_a_dash_not_a_zero() -> None:
    assert formats.money(None) == "–"


def test_a_share_has_a_gap_before_its_sign_in_vietnamese() -> None:
    with translation.override("vi"):
        assert formats.percent(0.425, 1) == f"42,5{GAP}%"
    with translation.override("en"):
        assert formats.percent(0.42) == "42%"


def test_a_count_nobody_waited_for_is_capped() -> None:
    with translation.override("en"):
        assert formats.capped(12_345) == "10,000+"
        assert formats.capped(9_999) == "9,999"


def test_a_day_is_the_day_of_the_pages_zone() -> None:
    late = datetime(2026, 11, 18, 20, 30, tzinfo=UTC)  # already the 19th in Sài Gòn
    with timezone.override(SAIGON), translation.override("vi"):
        assert formats.day(late) == "19/11/2026"
        assert formats.hour(late) == "3:30"
        assert formats.full_day(date(2026, 11, 19)) == "Thứ Năm, 19/11/2026"
    with translation.override("en"):
        assert formats.day(date(2026, 11, 19)) == "19 Nov 2026"


def test_a_moment_of_another_year_says_the_year() -> None:
    with timezone.override(SAIGON), translation.override("en"):
        assert formats.moment(datetime(2020, 2, 3, 1, 5, tzinfo=UTC)) == "3 Feb 2020 8:05"


def test_a_moment_of_today_is_its_hour() -> None:
    now = timezone.now()
    with timezone.override(SAIGON):
        assert formats.moment(now) == formats.hour(now)


def test_days_keep_a_half_and_one_is_single() -> None:
    with translation.override("en"):
        assert formats.days(timedelta(days=6, hours=12)) == "6.5 days"
        assert formats.days(1) == "1 day"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(40, "40 s"), (1080, "18 min"), (7_300, "2 h"), (3 * 86_400, "3 days"), (15 * 86_400, "2 wk")],
)
def test_a_span_is_said_in_one_unit(seconds: int, shown: str) -> None:
    with translation.override("en"):
        assert formats.duration(seconds) == shown


def test_before_and_after_a_moment_read_differently() -> None:
    now = datetime(2026, 11, 19, 9, 12, tzinfo=UTC)
    with translation.override("en"):
        assert formats.ago(now - timedelta(minutes=18), now) == "18 min ago"
        assert formats.ago(now + timedelta(days=3), now) == "in 3 days"
        assert formats.ago(now, now) == "now"
