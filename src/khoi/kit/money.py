"""Amounts of money: whole minor units and a currency, read as people type them and shown as they say them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import Final

from babel.numbers import format_currency, format_decimal, get_currency_precision, get_currency_symbol, list_currencies

from khoi.kit.fold import fold

__all__ = ["Money", "minor_digits", "parse_money", "show_money"]

_LARGEST: Final = 2**63 - 1  # what a database column holds
_CURRENCY_WORDS: Final = {
    "₫": "VND", "d": "VND", "vnd": "VND", "dong": "VND", "$": "USD", "us": "USD", "€": "EUR", "£": "GBP", "¥": "JPY",
}  # fmt: skip
_UNITS: Final = {
    "nghin": 10**3, "ngan": 10**3, "k": 10**3, "trieu": 10**6, "tr": 10**6, "m": 10**6, "mn": 10**6, "million": 10**6,
    "ty": 10**9, "ti": 10**9, "b": 10**9, "bn": 10**9, "billion": 10**9,
}  # fmt: skip
# (from, divisor, Vietnamese, English): the words of the short form, largest first.
_SHORT: Final = (
    (10**12, 10**12, "nghìn tỷ", "tn"),
    (10**9, 10**9, "tỷ", "bn"),
    (10**6, 10**6, "triệu", "m"),
    (10**4, 10**3, "nghìn", "k"),
)
_TOKEN: Final = re.compile(r"\d[\d.,]*|[^\W\d_]+|[₫$€£¥]|\s+")
_SPACE: Final = "\u00a0"


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """`amount` in the minor units of `currency` (đồng for VND, cents for USD); the currency an ISO 4217 code."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise ValueError(f"not a currency code: {self.currency!r}")

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def share(self, part: int, whole: int) -> Money:
        """`part` of `whole` of it, to the nearest minor unit, halves to even: `amount.share(35, 100)` is 35 percent."""
        exact = Decimal(self.amount) * part / whole
        return Money(int(exact.to_integral_value(ROUND_HALF_EVEN)), self.currency)

    @property
    def major(self) -> Decimal:
        """The amount in whole units of the currency, exact."""
        return Decimal(self.amount).scaleb(-minor_digits(self.currency))

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"cannot reckon {self.currency} with {other.currency}")
        return other


@cache
def minor_digits(currency: str) -> int:
    """How many digits the minor unit has: 0 for VND, 2 for USD, 3 for KWD (ISO 4217 by way of CLDR)."""
    return get_currency_precision(currency)


def parse_money(text: str, currency: str = "VND", language: str = "vi") -> Money | None:
    """The amount `text` means, or None: "1.200.000 đ", "1,2 tỷ", "1tr5", "2 tỷ 300 triệu", "$1,200.50", "(500)".

    Without a sign or word for it the currency is `currency`. Three digits after one separator are thousands, unless a
    word follows ("1,234 tỷ") and the separator is the decimal one of `language`. Rounded to the minor unit, halves to
    even.
    """
    folded = fold(unicodedata.normalize("NFKC", text))
    negative = folded.startswith(("-", "−")) or (folded.startswith("(") and folded.endswith(")"))
    tokens = _tokens(folded.strip("-−( )"))
    if tokens is None:
        return None
    found = {named for token in tokens if (named := _currency_of(token))} or {currency}
    if len(found) > 1:
        return None
    meant = found.pop()
    value = _sum([token for token in tokens if not _currency_of(token)], language, thousandths=minor_digits(meant) == 3)
    return None if value is None else _rounded(-value if negative else value, meant)


def show_money(money: Money, language: str, *, compact: bool = False) -> str:
    """The amount as `language` writes it; compact with three digits and a word: "1,84 tỷ ₫", in English "₫1.84bn"."""
    if compact:
        value = _three_digits(money.major)
        for start, divisor, vietnamese, english in _SHORT:
            if abs(value) >= start:
                return _short(value / divisor, money.currency, language, vietnamese, english)
    return str(format_currency(money.major, money.currency, locale=language))


def _short(value: Decimal, currency: str, language: str, vietnamese: str, english: str) -> str:
    number = format_decimal(abs(value), "#,##0.##", locale=language)
    symbol = get_currency_symbol(currency, locale=language)
    minus = "-" if value < 0 else ""
    if language == "vi":
        return f"{minus}{number}{_SPACE}{vietnamese}{_SPACE}{symbol}"
    return f"{minus}{symbol}{number}{english}"


def _three_digits(value: Decimal) -> Decimal:
    """Rounded to three digits before a word is chosen, so that 999,999,999 is one billion and not 1000 million."""
    return value if not value else value.quantize(Decimal(1).scaleb(value.adjusted() - 2), ROUND_HALF_EVEN)


def _tokens(folded: str) -> list[str] | None:
    """Numbers and words, in order; None when something else stands in the text or it is too long to be an amount."""
    joined = re.sub(r"(?<=\d)[ '](?=\d{3}(?!\d))", "", folded)
    tokens = _TOKEN.findall(joined)
    if len(joined) > 60 or "".join(tokens) != joined:
        return None
    return [token for token in tokens if not token.isspace()]


@cache
def _codes() -> frozenset[str]:
    return frozenset(list_currencies())


def _currency_of(token: str) -> str | None:
    if token.upper() in _codes() and token not in _UNITS:
        return token.upper()
    return _CURRENCY_WORDS.get(token)


def _sum(tokens: list[str], language: str, *, thousandths: bool) -> Decimal | None:
    """The value of numbers with their units, units falling; a last bare number is the next digits of that unit."""
    total, unit = Decimal(0), 0
    numbers = _pairs(tokens)
    for place, (text, word) in enumerate(numbers):
        if place and not word:
            last = unit > 1 and place == len(numbers) - 1
            return total + _next_digits(text, unit) if last and _is_tail(text) else None
        size = _UNITS.get(word, 0) if word else 1
        value = figure(text, scaled=bool(word) or thousandths, language=language)
        if value is None or not size or (place and size >= unit):
            return None
        total, unit = total + value * size, size
    return total if numbers else None


def _pairs(tokens: list[str]) -> list[tuple[str, str]]:
    """Each number with the word after it, "" for none; a word without a number before it is paired with no number."""
    pairs: list[tuple[str, str]] = []
    for token in tokens:
        if token[0].isdecimal():
            pairs.append((token, ""))
        elif pairs and not pairs[-1][1]:
            pairs[-1] = (pairs[-1][0], token)
        else:
            pairs.append(("", token))
    return pairs


def _is_tail(text: str) -> bool:
    return text.isdecimal() and len(text) <= 3


def _next_digits(text: str, unit: int) -> Decimal:
    """What is meant by the 5 of "1 tỷ 5": 500 million, as people say it."""
    return Decimal(text) * unit / Decimal(10) ** len(text)


def figure(text: str, *, scaled: bool, language: str) -> Decimal | None:
    """The value of digits with separators, None when the groups are not of three."""
    marks = [sign for sign in text if sign in ".,"]
    decimal = _decimal_mark(text, marks, scaled=scaled, language=language)
    whole, _, fraction = text.partition(decimal) if decimal else (text, "", "")
    first, *groups = re.split(r"[.,]", whole)
    if not first or any(len(group) != 3 for group in groups) or (groups and len(first) > 3):
        return None
    if fraction and not fraction.isdecimal():
        return None
    return Decimal(f"{first}{''.join(groups)}.{fraction or 0}")


def _decimal_mark(text: str, marks: list[str], *, scaled: bool, language: str) -> str:
    """Which separator begins the fraction, "" for none."""
    if not marks:
        return ""
    if len(marks) > 1:
        return marks[-1] if len(set(marks)) == 2 else ""
    head, tail = re.split(r"[.,]", text)
    thousands = len(tail) == 3 and len(head) <= 3 and head != "0"
    if thousands and scaled:
        thousands = marks[0] == ("." if language == "vi" else ",")
    return "" if thousands else marks[0]


def _rounded(value: Decimal, currency: str) -> Money | None:
    amount = int(value.scaleb(minor_digits(currency)).to_integral_value(ROUND_HALF_EVEN))
    return Money(amount, currency) if abs(amount) <= _LARGEST else None
