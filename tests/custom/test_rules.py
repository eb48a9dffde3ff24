"""Typed values go to JSON and back, and are read as people type them; what is none is refused with a reason."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.custom.rules import LARGEST, TYPES, Kind, NotAValue, as_json, is_link, key_of, read_json, read_text

CHOICES = {"kho_nha": ("Own", "Kho nhà"), "kho_thue": ("Rented", "Kho thuê"), "khac": ("Other", "Khác")}
KINDS = {type_: Kind(type_, CHOICES if type_.endswith("choice") else {}) for type_ in TYPES}

VALUES = {
    "text": st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80)
    .map(lambda text: " ".join(text.split()))
    .filter(bool),
    "number": st.decimals(min_value=-(10**11) + 1, max_value=10**11 - 1, places=4),
    "money": st.integers(-LARGEST, LARGEST),
    "date": st.dates(min_value=date(1000, 1, 1)),
    "choice": st.sampled_from(sorted(CHOICES)),
    "multi_choice": st.lists(st.sampled_from(list(CHOICES)), min_size=1, unique=True).map(
        lambda some: tuple(code for code in CHOICES if code in some)
    ),
    "yes_no": st.booleans(),
    "link": st.sampled_from(["https://khoi.vn", "http://a.vn/x?y=1#z", "https://xn--kh-dja.vn:8080/"]),
}
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(TYPES).flatmap(lambda type_: st.tuples(st.just(type_), VALUES[type_])))
def test_a_value_goes_to_json_and_back(pair):
    type_, value = pair
    assert read_json(KINDS[type_], as_json(value)) == value


@given(st.sampled_from(TYPES), ANY_JSON)
def test_any_json_is_a_value_of_its_type_or_refused(type_, raw):
    try:
        value = read_json(KINDS[type_], raw)
    except NotAValue:
        return
    assert value is None or read_json(KINDS[type_], as_json(value)) == value


@given(st.sampled_from(TYPES), st.text(max_size=40), st.sampled_from(["vi", "en"]))
def test_any_text_is_a_value_of_its_type_or_refused(type_, text, language):
    try:
        value = read_text(KINDS[type_], text, language)
    except NotAValue:
        return
    assert value is None or read_json(KINDS[type_], as_json(value)) == value


@pytest.mark.parametrize(
    ("type_", "typed", "language", "value"),
    [
        ("number", "1.234,5", "vi", Decimal("1234.5")),
        ("number", "1,234.5", "en", Decimal("1234.5")),
        ("number", "1.500", "vi", Decimal(1500)),
        ("number", "1.500", "en", Decimal("1.5")),
        ("number", "-3", "vi", Decimal(-3)),
        ("number", "1 200", "vi", Decimal(1200)),
        ("money", "320 triệu", "vi", 320_000_000),
        ("money", "1,2 tỷ", "vi", 1_200_000_000),
        ("date", "31/12/2026", "vi", date(2026, 12, 31)),
        ("date", "2026-12-31", "en", date(2026, 12, 31)),
        ("choice", "Kho thuê", "vi", "kho_thue"),
        ("choice", "kho thue", "vi", "kho_thue"),
        ("choice", "rented", "en", "kho_thue"),
        ("multi_choice", "Khác; Kho nhà", "vi", ("kho_nha", "khac")),
        ("multi_choice", "Own, Other", "en", ("kho_nha", "khac")),
        ("yes_no", "Có", "vi", True),
        ("yes_no", "Không", "vi", False),
        ("yes_no", "x", "en", True),
        ("link", "www.khoi.vn", "vi", "https://www.khoi.vn"),
        ("text", "  Kho   Bình Dương ", "vi", "Kho Bình Dương"),
        ("text", "   ", "vi", None),
    ],
)
def test_a_value_is_read_as_people_type_it(type_, typed, language, value):
    assert read_text(KINDS[type_], typed, language) == value


@pytest.mark.parametrize(
    ("type_", "typed", "code"),
    [
        ("number", "nhiều", "not_a_number"),
        ("number", "1.23456", "not_a_number"),
        ("number", "100000000000", "not_a_number"),
        ("money", "chưa biết", "not_money"),
        ("money", "$500", "not_money"),
        ("date", "31/02/2026", "not_a_date"),
        ("choice", "Kho mượn", "unknown_choice"),
        ("multi_choice", "Kho nhà; Kho mượn", "unknown_choice"),
        ("yes_no", "có lẽ", "not_yes_or_no"),
        ("link", "javascript:alert(1)", "not_a_link"),
        ("link", "javascript://x.vn/%0aalert(1)", "not_a_link"),
        ("text", "x" * 501, "too_long"),
    ],
)
def test_what_is_no_value_says_why(type_, typed, code):
    with pytest.raises(NotAValue) as refused:
        read_text(KINDS[type_], typed, "vi")
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "ftp://x.vn",
        "data:text/html,x",
        "https://",
        "//x.vn",
        "https://a b.vn",
        "https://x.vn/\n",
        "https:\\\\x.vn",
        'https://x.vn/"',
    ],
)
def test_only_a_web_address_is_a_link(text):
    assert not is_link(text)


def test_a_key_is_made_from_vietnamese_words():
    assert [key_of(words) for words in ("Số kho hàng", "3 kho", "Đơn giá (đ)", "!!!")] == [
        "so_kho_hang",
        "f_3_kho",
        "don_gia_d",
        "",
    ]
