import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.kit.money import Money, minor_digits, parse_money, show_money

MILLION, BILLION = 10**6, 10**9


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.200.000 đ", 1_200_000),
        ("1,200,000", 1_200_000),
        ("1 200 000 VND", 1_200_000),
        ("1200000.00", 1_200_000),
        ("1,2 tỷ", 1_200 * MILLION),
        ("1.2 tỷ", 1_200 * MILLION),
        ("320 triệu", 320 * MILLION),
        ("320tr", 320 * MILLION),
        ("1tr5", 1_500_000),
        ("2 tỷ 3", 2_300 * MILLION),
        ("2 tỷ 300 triệu", 2_300 * MILLION),
        ("1.200 triệu", 1_200 * MILLION),
        ("1,234 tỷ", 1_234 * MILLION),
        ("500k", 500_000),
        ("1.200 ₫", 1_200),
        ("1,200 đồng", 1_200),
        ("(500.000)", -500_000),
        ("-1,5 triệu đ", -1_500_000),
        ("0,5 tỷ", 500 * MILLION),
    ],
)
def test_dong_is_read_as_people_type_it(text, amount):
    assert parse_money(text) == Money(amount, "VND")


@pytest.mark.parametrize(
    ("text", "money"),
    [
        ("$1,200.50", Money(120_050, "USD")),
        ("US$ 1,200", Money(120_000, "USD")),
        ("1.200,50 EUR", Money(120_050, "EUR")),
        ("€ 99.9", Money(9_990, "EUR")),
        ("1,5m usd", Money(150_000_000, "USD")),
        ("2 KWD", Money(2_000, "KWD")),
    ],
)
def test_other_currencies_are_named_by_sign_or_code(text, money):
    assert parse_money(text) == money


@pytest.mark.parametrize(
    "text", ["", "đ", "abc", "1,2,3", "12.34.56", "1 tỷ 2 tỷ", "5 $ 3 €", "1e9", "9" * 40, "triệu 5", "1/2"]
)
def test_what_is_no_amount_is_none(text):
    assert parse_money(text) is None


@given(st.integers(-(10**15), 10**15), st.sampled_from(["VND", "USD", "JPY", "KWD"]), st.sampled_from(["vi", "en"]))
def test_what_is_shown_in_full_is_read_back(amount, currency, language):
    shown = show_money(Money(amount, currency), language)
    code_for_sign = shown.replace("US$", "USD").replace("CA$", "CAD")
    assert parse_money(code_for_sign, language=language) == Money(amount, currency)


@pytest.mark.parametrize(
    ("amount", "vietnamese", "english"),
    [
        (1_840 * MILLION, "1,84 tỷ ₫", "₫1.84bn"),
        (320 * MILLION, "320 triệu ₫", "₫320m"),
        (999_999_999, "1 tỷ ₫", "₫1bn"),
        (12_500 * MILLION, "12,5 tỷ ₫", "₫12.5bn"),
        (1_230 * BILLION, "1,23 nghìn tỷ ₫", "₫1.23tn"),
        (950_000, "950 nghìn ₫", "₫950k"),
        (-2 * MILLION, "-2 triệu ₫", "-₫2m"),
        (9_500, "9.500 ₫", "₫9,500"),
        (0, "0 ₫", "₫0"),
    ],
)
def test_the_short_form_is_what_people_say(amount, vietnamese, english):
    money = Money(amount, "VND")
    assert show_money(money, "vi", compact=True).replace("\u00a0", " ") == vietnamese
    assert show_money(money, "en", compact=True) == english


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_none(text):
    money = parse_money(text)
    assert money is None or isinstance(money.amount, int)


def test_two_currencies_cannot_be_added():
    with pytest.raises(ValueError, match="USD"):
        Money(1, "VND") + Money(1, "USD")


def test_a_share_is_rounded_to_the_nearest_minor_unit():
    assert Money(1_001, "VND").share(35, 100) == Money(350, "VND")
    assert (minor_digits("VND"), minor_digits("USD")) == (0, 2)
