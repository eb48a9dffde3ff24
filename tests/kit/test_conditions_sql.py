"""The database must find exactly what Python judges, on either engine."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, models
from hypothesis import example, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from khoi.kit.conditions import OPERATORS, Field, as_json, holds, parse, sentence
from khoi.kit.conditions.sql import Rows, to_q
from khoi.kit.fold import fold
from khoi.kit.numbers import plain, to_column

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
FIELDS = {kind: Field(kind, kind, kind.title()) for kind in OPERATORS}


class Values(models.Model):
    folded = models.CharField(null=True, max_length=500)
    code = models.CharField(null=True, max_length=500)
    integer = models.BigIntegerField(null=True)
    number = models.BigIntegerField(null=True)
    money = models.BigIntegerField(null=True)
    date = models.DateField(null=True)
    moment = models.DateTimeField(null=True)
    boolean = models.BooleanField(null=True)
    reference = models.BigIntegerField(null=True)

    class Meta:
        abstract = True
        app_label = "conditions_sample"


class Sample(Values):
    class Meta(Values.Meta):
        managed = False
        db_table = "sample"


class Hung(Values):
    """A value that hangs on a sample instead of standing in it."""

    sample = models.BigIntegerField()
    kind = models.CharField(max_length=20)

    class Meta(Values.Meta):
        managed = False
        db_table = "hung"


STANDING = {kind: kind for kind in FIELDS} | {"text": "folded", "codes": "code"}
#: Several codes have no column to stand in.
HANGING = {kind: Rows(Hung._default_manager.filter(kind=kind), "sample", column) for kind, column in STANDING.items()}
COLUMNS: dict[str, str | Rows] = {**STANDING, "codes": HANGING["codes"]}


TEXTS = st.one_of(
    st.sampled_from(["An", "ÂN", "Đặng", "dang", "e\u0301", "a%b", "a_b", "50%", "\\", "'", "An Nguyễn", "nguyen an"]),
    st.text("aAâĐd %_", min_size=1, max_size=3),
)
CODES = st.sampled_from(["webinar", "Webinar", "web_form", "ads"])
NUMBERS = st.one_of(st.integers(-3, 3), st.sampled_from([2**63 - 1, -(2**63)]))
DATES = st.integers(-16, 16).map(lambda days: date(2026, 11, 21) + timedelta(days=days))
MOMENTS = st.tuples(st.integers(-15, 15), st.sampled_from([-1, 0, 1, 60_000_000])).map(
    lambda parts: NOW + timedelta(days=parts[0], microseconds=parts[1])
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS, "code": CODES, "integer": NUMBERS, "money": NUMBERS, "date": DATES, "moment": MOMENTS,
    "boolean": st.booleans(), "reference": st.integers(1, 4),
    "codes": st.lists(CODES, max_size=3, unique=True).map(tuple),
    "number": st.sampled_from(["-2", "0", "0.0001", "1.5", "99999999999.9999"]).map(Decimal),
}  # fmt: skip
RELATIVE = st.integers(-15, 15).map(lambda days: {"days": days})
RECORDS = st.fixed_dictionaries(
    {
        kind: st.one_of(
            st.none(),
            values,
            *([st.sampled_from(["", " "])] if kind == "text" else []),
            *([st.just("")] if kind == "code" else []),
        )
        for kind, values in VALUES.items()
    }
)


def written(kind):
    """The values of a kind as JSON has them."""
    if kind in {"date", "moment"}:
        return st.one_of(VALUES[kind].map(lambda value: value.isoformat()), RELATIVE)
    if kind == "number":
        return VALUES[kind].map(plain)
    if kind == "codes":
        return CODES
    return VALUES[kind].filter(lambda value: fold(str(value)) != "")


@st.composite
def leaves(draw):
    kind = draw(st.sampled_from(sorted(FIELDS)))
    op = draw(st.sampled_from(OPERATORS[kind]))
    leaf = {"field": kind, "op": op}
    if op.endswith("_empty"):
        return leaf
    if op == "within_days":
        days = st.integers(1, 15)
        return leaf | {"value": draw(st.one_of(days, days.map(lambda count: {"next": count})))}
    if op == "between":
        return leaf | {"value": draw(st.lists(written(kind), min_size=2, max_size=2))}
    return leaf | {"value": draw(st.lists(written(kind), max_size=3) if op.endswith("in") else written(kind))}


TREES = st.recursive(
    leaves(),
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map(lambda each: {"all": each}),
        st.lists(parts, max_size=3).map(lambda each: {"any": each}),
        parts.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
).filter(lambda tree: depth(tree) <= 8)


def depth(tree):
    parts = tree.get("all") or tree.get("any") or ([tree["not"]] if "not" in tree else [])
    return 1 + max(map(depth, parts), default=0)


def store(records):
    """Put `records`, numbered from 0, into tables of this connection alone; what stood there before goes."""
    for model in (Sample, Hung):
        columns = ", ".join(f'"{column.column}" {column.db_type(connection)}' for column in model._meta.concrete_fields)
        with connection.cursor() as cursor:
            cursor.execute(f"create temp table if not exists {model._meta.db_table} ({columns})")
            cursor.execute(f"delete from {model._meta.db_table}")
    for number, record in enumerate(records):
        standing = {kind: stored(value) for kind, value in record.items() if kind not in {"text", "codes"}}
        Sample._default_manager.create(id=number, folded=folded(record["text"]), **standing)
        hang(number, {**record, "text": folded(record["text"])})


def folded(text):
    return None if text is None else fold(text)


def stored(value):
    return to_column(value) if isinstance(value, Decimal) else value


def hang(number, record):
    for kind, value in record.items():
        for place, each in enumerate(value or () if kind == "codes" else (value,)):
            column = STANDING[kind]
            values = {"id": number * 100 + len(STANDING) * place, "sample": number, "kind": kind, column: stored(each)}
            Hung._default_manager.create(**values)


def found(condition, columns=COLUMNS):
    return set(Sample._default_manager.filter(to_q(condition, columns, NOW, SAIGON)).values_list("pk", flat=True))


@pytest.mark.django_db
@trials(max_examples=300)
@given(TREES, st.lists(RECORDS, min_size=1, max_size=6))
@example({"not": {"any": []}}, [dict.fromkeys(VALUES)])
def test_the_database_finds_what_python_judges(tree, records):
    condition = parse(tree, FIELDS)
    judged = {number for number, record in enumerate(records) if holds(condition, record, NOW, SAIGON).ok}
    store(records)
    assert found(condition) == judged
    assert found(condition, HANGING) == judged


@given(TREES, RECORDS, st.integers(0, 40 * 86_400))
def test_an_answer_stands_until_its_next_change_and_turns_there(tree, record, seconds):
    condition = parse(tree, FIELDS)
    verdict = holds(condition, record, NOW, SAIGON)
    later = NOW + timedelta(seconds=seconds)
    if verdict.next_change_at is not None:
        assert holds(condition, record, verdict.next_change_at, SAIGON).ok != verdict.ok
    if verdict.next_change_at is None or later < verdict.next_change_at:
        assert holds(condition, record, later, SAIGON).ok == verdict.ok


@given(TREES, RECORDS)
def test_nothing_is_missing_exactly_when_it_holds(tree, record):
    verdict = holds(parse({"all": [tree, {"field": "code", "op": "is_not_empty"}]}, FIELDS), record, NOW, SAIGON)
    assert all(not clause.ok for clause in verdict.missing)
    assert not (verdict.ok and verdict.missing)


@given(TREES)
def test_every_condition_goes_to_json_and_back_and_can_be_said(tree):
    condition = parse(tree, FIELDS)
    assert parse(as_json(condition), FIELDS) == condition
    assert sentence(condition, FIELDS, "vi")
    assert sentence(condition, FIELDS, "en")


@pytest.mark.django_db
def test_a_prefix_is_found_in_any_collation():
    companies = ["Đông Á", "dong", "Đồng Nai", "Dòng Sông", "Doanh", "Đông-Tây", "%dong"]
    store([{"text": company} for company in companies])
    condition = parse({"field": "text", "op": "starts_with", "value": "Đông"}, FIELDS)
    assert found(condition) == {0, 1, 2, 3, 5}
