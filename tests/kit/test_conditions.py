from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from khoi.kit.conditions import Clause, ConditionError, Field, as_json, fields_of, holds, parse, sentence

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # 10:00 on Saturday in Saigon
FIELDS = {
    field.key: field
    for field in (
        Field("company", "text", "Company"),
        Field("source", "code", "Source", (("webinar", "Webinar"), ("web_form", "Web form"))),
        Field("engagement", "integer", "Engagement"),
        Field("budget", "money", "Budget"),
        Field("close_on", "date", "Close date"),
        Field("last_touch_at", "moment", "Last touch"),
        Field("answered", "boolean", "Answered"),
        Field("owner", "reference", "Owner", (("7", "An"),)),
    )
}


def leaf(field, op, value=None):
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


def judged(tree, now=NOW, **record):
    return holds(parse(tree, FIELDS), record, now, SAIGON)


@pytest.mark.parametrize(
    ("tree", "record", "ok"),
    [
        (leaf("company", "eq", "thép việt"), {"company": "THEP  VIET"}, True),
        (leaf("company", "contains", "VIỆT"), {"company": "Thép Viet Nam"}, True),
        (leaf("company", "starts_with", "đông"), {"company": "Dong A"}, True),
        (leaf("source", "in", ["webinar"]), {"source": "webinar"}, True),
        (leaf("source", "in", []), {"source": "webinar"}, False),
        (leaf("source", "not_in", []), {"source": "webinar"}, True),
        (leaf("source", "not_in", []), {}, False),
        (leaf("engagement", "gte", 50), {"engagement": 50}, True),
        (leaf("engagement", "between", [10, 20]), {"engagement": 20}, True),
        (leaf("budget", "gt", 100), {"budget": 100}, False),
        (leaf("close_on", "lt", {"days": 0}), {"close_on": date(2026, 11, 20)}, True),
        (leaf("close_on", "within_days", {"next": 7}), {"close_on": date(2026, 11, 27)}, True),
        (leaf("close_on", "within_days", {"next": 7}), {"close_on": date(2026, 11, 28)}, False),
        (leaf("last_touch_at", "within_days", 14), {"last_touch_at": NOW - timedelta(days=14)}, False),
        (leaf("last_touch_at", "within_days", 14), {"last_touch_at": NOW}, True),
        (leaf("answered", "eq", True), {"answered": False}, False),
        (leaf("owner", "eq", 7), {"owner": 7}, True),
        ({"all": []}, {}, True),
        ({"any": []}, {}, False),
    ],
)
def test_one_record_is_judged(tree, record, ok):
    assert judged(tree, **record).ok is ok


@pytest.mark.parametrize("op", ["eq", "ne", "in", "not_in"])
def test_a_missing_value_makes_every_leaf_false_and_its_complement_true(op):
    value = ["webinar"] if op.endswith("in") else "webinar"
    assert not judged(leaf("source", op, value), source=None).ok
    assert judged({"not": leaf("source", op, value)}, source="").ok


def test_an_empty_text_is_no_value():
    assert judged(leaf("company", "is_empty"), company=" ").ok
    assert not judged(leaf("company", "is_not_empty")).ok


def test_every_clause_says_what_it_met():
    verdict = judged(
        {"all": [leaf("answered", "eq", True), leaf("engagement", "gte", 50)]}, answered=True, engagement=30
    )
    assert verdict.met == (Clause("answered", "eq", True, True, True),)
    assert verdict.missing == (Clause("engagement", "gte", 50, False, 30),)


def test_of_alternatives_that_all_fail_one_is_enough():
    tree = {
        "all": [leaf("answered", "eq", True), {"any": [leaf("engagement", "gte", 50), leaf("source", "eq", "webinar")]}]
    }
    missing = judged(tree).missing
    assert [bool(clause.group) for clause in missing] == [False, True, True]
    assert missing[1].group == missing[2].group
    assert judged(tree, answered=True, engagement=60).missing == ()


def test_inside_not_a_clause_is_met_when_the_leaf_is_false():
    verdict = judged(
        {"not": {"any": [leaf("source", "eq", "webinar"), leaf("answered", "eq", True)]}}, source="webinar"
    )
    assert [(clause.field, clause.ok, clause.negated) for clause in verdict.clauses] == [
        ("source", False, True),
        ("answered", True, True),
    ]
    assert [clause.field for clause in verdict.missing] == ["source"]


def test_silence_is_noticed_at_the_very_moment():
    tree = {"not": leaf("last_touch_at", "within_days", 14)}
    touched = NOW - timedelta(days=13)
    verdict = judged(tree, last_touch_at=touched)
    assert not verdict.ok
    assert verdict.next_change_at == touched + timedelta(days=14)
    assert judged(tree, now=verdict.next_change_at, last_touch_at=touched).ok


def test_a_day_passes_at_midnight_of_the_zone():
    verdict = judged(leaf("close_on", "lt", {"days": 0}), close_on=date(2026, 11, 21))
    assert not verdict.ok
    assert verdict.next_change_at == datetime(2026, 11, 21, 17, tzinfo=UTC)


def test_what_time_cannot_change_has_no_next_change():
    assert judged(leaf("engagement", "gte", 50), engagement=10).next_change_at is None
    assert (
        judged(leaf("last_touch_at", "within_days", 14), last_touch_at=NOW - timedelta(days=20)).next_change_at is None
    )


@pytest.mark.parametrize(
    ("tree", "path", "reason"),
    [
        ("{", "", "not_a_condition"),
        ([], "", "not_a_condition"),
        ({}, "", "not_a_condition"),
        ({"all": [], "any": []}, "", "not_a_condition"),
        ({"all": {}}, "all", "not_a_condition"),
        (leaf("shoe_size", "eq", 4), "field", "unknown_field"),
        ({"field": ["company"], "op": "eq"}, "field", "unknown_field"),
        ({"all": [leaf("source", "gte", 1)]}, "all.0.op", "unknown_op"),
        ({"not": leaf("source", "eq", "fax")}, "not.value", "unknown_choice"),
        ({"any": [leaf("source", "in", ["webinar", 3])]}, "any.0.value.1", "bad_value"),
        (leaf("engagement", "eq", "50"), "value", "bad_value"),
        (leaf("engagement", "eq", True), "value", "bad_value"),
        (leaf("engagement", "eq", 2**63), "value", "bad_value"),
        (leaf("engagement", "between", [1]), "value", "bad_value"),
        (leaf("company", "contains", "  "), "value", "bad_value"),
        (leaf("company", "eq", "a\0b"), "value", "bad_value"),
        (leaf("close_on", "eq", "31/02/2026"), "value", "bad_value"),
        (leaf("last_touch_at", "gte", "2026-11-21T10:00:00"), "value", "bad_value"),
        (leaf("last_touch_at", "within_days", 0), "value", "bad_value"),
        (leaf("close_on", "gte", {"days": 10**12}), "value", "bad_value"),
        (leaf("company", "is_empty", True), "value", "bad_value"),
        ({"all": [{"all": []}] * 201}, "all", "too_many"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(tree, path, reason):
    with pytest.raises(ConditionError) as refusal:
        parse(tree, FIELDS)
    assert (refusal.value.path, refusal.value.reason) == (path, reason)


def test_groups_inside_groups_have_an_end():
    tree = leaf("answered", "eq", True)
    for _ in range(9):
        tree = {"not": tree}
    with pytest.raises(ConditionError, match="too_deep"):
        parse(tree, FIELDS)


def test_a_field_of_an_unknown_type_cannot_be_registered():
    with pytest.raises(ValueError, match="colour"):
        Field("eyes", "colour")


@pytest.mark.parametrize(
    ("tree", "english", "vietnamese"),
    [
        (
            leaf("source", "in", ["webinar", "web_form"]),
            "Source is Webinar or Web form",
            "Source là Webinar hoặc Web form",
        ),
        (leaf("source", "ne", "webinar"), "Source is not Webinar", "Source không phải Webinar"),
        (
            {"not": leaf("source", "eq", "webinar")},
            "Source is not Webinar or is empty",
            "Source không phải Webinar hoặc chưa có",
        ),
        (leaf("budget", "gte", 320_000_000), "Budget is at least ₫320m", "Budget từ 320 triệu ₫ trở lên"),
        (
            leaf("close_on", "gte", "2026-11-05"),
            "Close date is on or after Nov 5, 2026",
            "Close date từ 05/11/2026 trở đi",
        ),
        (leaf("close_on", "lt", {"days": 0}), "Close date is before today", "Close date trước hôm nay"),
        (
            {"not": leaf("last_touch_at", "within_days", 14)},
            "Last touch is not in the last 14 days or is empty",
            "Last touch không trong 14 ngày qua hoặc chưa có",
        ),
        (leaf("company", "is_empty"), "Company is empty", "chưa có Company"),
        (leaf("owner", "eq", 7), "Owner is An", "Owner là An"),
        (
            {
                "all": [
                    leaf("answered", "eq", True),
                    {"any": [leaf("engagement", "gt", 5), leaf("company", "contains", "A")]},
                ]
            },
            "Answered is yes and (Engagement is over 5 or Company contains “A”)",
            "Answered là có và (Engagement trên 5 hoặc Company có chứa “A”)",
        ),
        ({"not": {"all": []}}, "not (always)", "không phải (luôn luôn)"),
    ],
)
def test_a_condition_is_said_in_both_languages(tree, english, vietnamese):
    condition = parse(tree, FIELDS)
    assert sentence(condition, FIELDS, "en") == english
    assert sentence(condition, FIELDS, "vi").replace("\u00a0", " ") == vietnamese


def test_a_condition_goes_to_json_and_back():
    tree = {"all": [leaf("source", "in", ["webinar"]), {"not": leaf("close_on", "within_days", {"next": 7})}]}
    condition = parse(tree, FIELDS)
    assert as_json(condition) == tree
    assert fields_of(condition) == {"source", "close_on"}
