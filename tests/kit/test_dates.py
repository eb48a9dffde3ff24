from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.kit.dates import date_problem, parse_date

DAY = date(2018, 2, 26)


@pytest.mark.parametrize(
    "text",
    [
        *("2018-02-26", "2018/2/26", "26/02/2018", "26/2/2018", "26-02-18", "26.02.2018", " 26/02/18 ", 43157, 43157.0),
        *("20180226", "26-Feb-18", "Feb 26, 2018", "February 26th, 2018", "26 Feb 2018", "2018-Feb-26"),
        *("26 tháng 2 năm 2018", "26 thg 2, 2018", "T2, 26/02/2018", "ngày 26/02/2018"),
    ],
)
def test_a_day_is_read_in_every_usual_form(text):
    assert parse_date(text) == DAY


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2018-02-26 19:58:54", datetime(2018, 2, 26, 19, 58, 54)),  # noqa: DTZ001
        ("26/02/2018 7:58 PM", datetime(2018, 2, 26, 19, 58)),  # noqa: DTZ001
        ("26/02/2018 12:05 SA", datetime(2018, 2, 26, 0, 5)),  # noqa: DTZ001
        ("2018-02-26T19:58:54.123Z", datetime(2018, 2, 26, 19, 58, 54, 123000, tzinfo=UTC)),
        ("2018-02-26T19:58:54.000+0700", datetime(2018, 2, 26, 19, 58, 54, tzinfo=timezone(timedelta(hours=7)))),
        ("Feb 26, 2018, 7:58:54\u202fPM", datetime(2018, 2, 26, 19, 58, 54)),  # noqa: DTZ001
        ("26/02/2018, 7:58 PM", datetime(2018, 2, 26, 19, 58)),  # noqa: DTZ001
        ("19:58 26-02-2018", datetime(2018, 2, 26, 19, 58)),  # noqa: DTZ001
        ("Thứ Hai, 26/02/2018 lúc 7:58 tối", datetime(2018, 2, 26, 19, 58)),  # noqa: DTZ001
        ("19h58p 26/2/2018", datetime(2018, 2, 26, 19, 58)),  # noqa: DTZ001
        ("20180226T195854Z", datetime(2018, 2, 26, 19, 58, 54, tzinfo=UTC)),
        ("2018-02-26 19:58:54 +0000 UTC", datetime(2018, 2, 26, 19, 58, 54, tzinfo=UTC)),
        ("2018-02-26 19:58 Asia/Ho_Chi_Minh", datetime(2018, 2, 26, 19, 58, tzinfo=timezone(timedelta(hours=7)))),
        ("26/02/2018 19:58 GMT+7", datetime(2018, 2, 26, 19, 58, tzinfo=timezone(timedelta(hours=7)))),
        (
            "Mon Feb 26 2018 19:58:54 GMT+0700 (ICT)",
            datetime(2018, 2, 26, 19, 58, 54, tzinfo=timezone(timedelta(hours=7))),
        ),
        (43157.5, datetime(2018, 2, 26, 12)),  # noqa: DTZ001
    ],
)
def test_a_time_of_day_is_kept(text, moment):
    found = parse_date(text)
    assert found == moment
    assert isinstance(found, datetime)
    assert found.utcoffset() == moment.utcoffset()


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("", "empty"),
        (None, "empty"),
        ("hôm qua", "not_a_date"),
        ("12345", "not_a_date"),
        ("May 2018", "not_a_date"),
        ("2018-02-26 19:58 Foo/Bar", "not_a_date"),
        ("Asia/Ho_Chi_Minh", "not_a_date"),
        ("19:58", "not_a_date"),
        ("26/02-2018", "not_a_date"),
        ("31/02/2018", "no_such_day"),
        ("02/26/2018", "no_such_day"),
        ("2018-02-26 25:00", "no_such_time"),
        ("2018-02-26 13:00 PM", "no_such_time"),
        (-3, "out_of_range"),
        (float("nan"), "out_of_range"),
        (True, "not_a_date"),
        ("26/02/2018", None),
    ],
)
def test_a_refusal_has_a_reason(value, problem):
    assert date_problem(value) == problem
    assert (parse_date(value) is None) == (problem is not None)


def test_the_month_comes_first_only_when_asked():
    assert parse_date("03/04/2018") == date(2018, 4, 3)
    assert parse_date("03/04/2018", "mdy") == date(2018, 3, 4)


def test_sheets_count_a_day_that_never_was():
    assert parse_date(1) == date(1900, 1, 1)
    assert parse_date(59) == date(1900, 2, 28)
    assert parse_date(61) == date(1900, 3, 1)


@given(st.dates(date(1900, 1, 1)))
def test_every_day_written_out_is_read_back(on):
    assert parse_date(on.isoformat()) == parse_date(on.strftime("%d/%m/") + f"{on.year:04}") == on


@given(st.one_of(st.text(), st.floats(), st.from_regex(r"\d{1,4}[-/]\d{1,2}[-/]\d{1,4} \d{1,2}:\d\d.*")))
def test_anything_is_a_date_or_has_a_problem(value):
    assert (parse_date(value) is None) == (date_problem(value) is not None)
