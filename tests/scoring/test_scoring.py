from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.kit.conditions import Field
from khoi.scoring.rules import DAY, CardError, Touch, instant, parse_card, score

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
RECORD_FIELDS = {
    "industry": Field("industry", "text"),
    "employees": Field("employees", "integer"),
    "job_title": Field("job_title", "text"),
}
TOUCH_FIELDS = {"url": Field("url", "text")}


def rule(kind, points, cap=None):
    return {"id": kind, "axis": "engagement", "touch_kind": kind, "points": points, "cap": cap, "name": kind.title()}


def fit(name, points, field, op, value=None):
    condition = {"field": field, "op": op} | ({} if value is None else {"value": value})
    return {"id": name, "axis": "fit", "points": points, "condition": condition}


RULES = [
    rule("price_request", 30),
    rule("webinar", 20, 40),
    rule("form", 15, 30),
    rule("download", 10, 20),
    rule("page_view", 1, 5),
    rule("unsubscribe", -40, 40),
    fit("industry", 20, "industry", "is_not_empty"),
    fit("size", 30, "employees", "gte", 10),
    fit("leader", 30, "job_title", "contains", "giám đốc"),
]
GRADES = {"A": 60, "B": 40, "C": 20, "D": 0}


def read(rules=RULES, half_life_days=30, grades=GRADES):
    return parse_card(1, half_life_days, rules, grades, record_fields=RECORD_FIELDS, touch_fields=TOUCH_FIELDS)


CARD = read()
FITS = {
    "company_name": "Thép Việt",
    "industry": "Thép",
    "region": "Đà Nẵng",
    "employees": 60,
    "job_title": "Giám đốc",
}


def touch(number, kind, days_ago=0, **facts):
    return Touch(number, kind, instant(NOW - timedelta(days=days_ago)), facts)


TOUCHES = st.lists(
    st.builds(
        Touch,
        id=st.integers(1, 10**6),
        kind=st.sampled_from([rule.touch_kind or "email_open" for rule in CARD.rules]),
        occurred_at=st.integers(instant(NOW) - 400 * DAY, instant(NOW)),
    ),
    max_size=25,
    unique_by=lambda one: one.id,
)


@given(TOUCHES, st.randoms())
def test_the_order_in_which_touches_arrive_does_not_matter(touches, random):
    first = score(touches, CARD, {}, now=NOW)
    random.shuffle(touches)
    assert score(touches, CARD, {}, now=NOW) == first


@given(TOUCHES)
def test_no_rule_is_ever_worth_more_than_its_cap(touches):
    lines = score(touches, CARD, {}, now=NOW).lines
    for rule in CARD.rules:
        now_worth = sum(abs(line.points_now) for line in lines if line.rule == rule.id)
        assert rule.cap is None or now_worth <= rule.cap + 1e-6


@given(TOUCHES)
def test_the_lines_add_up_to_the_score(touches):
    result = score(touches, CARD, FITS, now=NOW)
    engagement = sum(line.points_now for line in result.lines if line.axis == "engagement")
    assert -1e-4 < max(engagement, 0) - result.engagement < 1 + 1e-4
    assert result.fit_points == sum(line.points_then for line in result.lines if line.axis == "fit")


def test_a_capped_line_says_what_it_would_have_been():
    lines = score([touch(1, "form", 1), touch(2, "form"), touch(3, "form")], CARD, {}, now=NOW).lines
    assert [line.capped_from for line in lines] == [None, None, 15]
    assert lines[2].points_then == pytest.approx(30 - 15 - 15 * 2 ** (-1 / 30), abs=1e-6)
    assert lines[2].evidence == {"touch": 3, "kind": "form"}


def test_room_under_a_cap_comes_back_as_points_fade():
    lines = score([touch(1, "download", 60), touch(2, "download", 60), touch(3, "download")], CARD, {}, now=NOW).lines
    assert [line.capped_from for line in lines] == [None, None, None]


def test_leaving_the_list_takes_points_away_but_never_below_nothing():
    before = score([touch(1, "price_request"), touch(2, "webinar")], CARD, {}, now=NOW)
    after = score([touch(1, "price_request"), touch(2, "webinar"), touch(3, "unsubscribe")], CARD, {}, now=NOW)
    alone = score([touch(3, "unsubscribe")], CARD, {}, now=NOW)
    assert (before.engagement, after.engagement, alone.engagement) == (50, 10, 0)
    assert alone.lasts_until is None


def test_fit_is_its_own_axis_and_gives_the_grade():
    result = score([], CARD, FITS, now=NOW)
    assert (result.fit_points, result.grade, result.engagement) == (80, "A", 0)
    assert score([], CARD, {}, now=NOW).grade == "D"
    leader = next(line for line in result.lines if line.rule == "leader")
    assert leader.evidence == {"job_title": "Giám đốc"}


def test_what_has_not_happened_yet_gives_nothing():
    assert score([touch(1, "form", days_ago=-1)], CARD, {}, now=NOW).lines == ()


def test_a_rule_may_look_closer_at_a_touch():
    condition = {"field": "url", "op": "contains", "value": "/gia"}
    card = read([rule("page_view", 7) | {"condition": condition}])
    touches = [touch(1, "page_view", url="https://example.com/gia"), touch(2, "page_view", url="https://example.com/")]
    assert score(touches, card, {}, now=NOW).engagement == 7


def test_another_half_life_is_another_score():
    slow = replace(CARD, half_life_days=365)
    touches = [touch(1, "webinar", days_ago=60)]
    assert score(touches, slow, {}, now=NOW).engagement > score(touches, CARD, {}, now=NOW).engagement == 5


@pytest.mark.parametrize(
    ("wrong", "path", "reason"),
    [
        ({}, "rules.0", "not_a_rule"),
        ({"id": "x", "axis": "luck", "points": 1}, "rules.0.axis", "unknown_axis"),
        (rule("form", 0), "rules.0.points", "bad_points"),
        ({"id": "x", "axis": "fit", "points": 5}, "rules.0", "nothing_to_score"),
        (rule("form", 5, 0), "rules.0.cap", "bad_cap"),
        (
            {"id": "x", "axis": "fit", "points": 5, "condition": {"all": [{"field": "shoe", "op": "eq", "value": 1}]}},
            "rules.0.condition.all.0.field",
            "unknown_field",
        ),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_with_its_place(wrong, path, reason):
    with pytest.raises(CardError) as refusal:
        read([wrong])
    assert (refusal.value.path, refusal.value.reason) == (path, reason)


@pytest.mark.parametrize(
    "change", [{"half_life_days": 0}, {"grades": {}}, {"rules": [rule("form", 5), rule("form", 5)]}, {"rules": None}]
)
def test_a_card_needs_a_half_life_grades_and_rules_of_different_names(change):
    with pytest.raises(CardError):
        read(**change)
