"""Numbers with up to four digits after the point: exact in Python, in JSON and, as ten-thousandths, in a column."""

from __future__ import annotations

import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Final

from babel.numbers import format_decimal

from khoi.kit.money import figure

__all__ = ["LARGEST", "SCALE", "exact", "from_column", "parse_number", "plain", "show_number", "to_column"]

#: Digits after the point.
SCALE: Final = 4
#: Fifteen digits in all, so that the number a JSON reader makes of it is the same one.
LARGEST: Final = Decimal(10) ** 11


def parse_number(text: str, language: str = "vi") -> Decimal | None:
    """The number `text` means, or None: "1.234,5" in Vietnamese, "1,234.5" in English, "-3", "1 200".

    Three digits after one separator are read as `language` reads them.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    negative = typed.startswith(("-", "−"))
    digits = "".join(typed.lstrip("-−").split()).replace("'", "")
    if not digits or not digits[0].isdecimal() or any(not sign.isdecimal() and sign not in ".," for sign in digits):
        return None
    value = figure(digits, scaled=True, language=language)
    return None if value is None else _within(-value if negative else value)


def exact(raw: object) -> Decimal | None:
    """A JSON number as itself; None for what is none, has too many digits or is too large."""
    if not isinstance(raw, int | float | Decimal) or isinstance(raw, bool):
        return None
    try:
        return _within(Decimal(str(raw)))
    except InvalidOperation:  # not a number, as JSON of some programs has it
        return None


def _within(value: Decimal) -> Decimal | None:
    if not value.is_finite() or abs(value) >= LARGEST or value != value.quantize(Decimal(1).scaleb(-SCALE)):
        return None
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def to_column(value: Decimal) -> int:
    return int(value.scaleb(SCALE))


def from_column(stored: int) -> Decimal:
    value = Decimal(stored).scaleb(-SCALE)
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def plain(value: Decimal) -> int | float:
    """As JSON has it."""
    return int(value) if value == value.to_integral_value() else float(value)


def show_number(value: Decimal, language: str) -> str:
    """1234.5 → "1.234,5" or "1,234.5"."""
    return str(format_decimal(value, format="#,##0.####", locale=language))
