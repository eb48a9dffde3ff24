"""Phone numbers: however they are typed, one way to keep them and one way to show them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any, Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

__all__ = ["normalise_phone", "phone_problem", "show_phone"]

# Vietnam moved its 11-digit mobiles to 10 digits in autumn 2018 (Ministry of Information and Communications, decision
# 2036/QĐ-BTTTT of 2017). Lists collected before still hold the old ones. Written without the leading 0.
_RENUMBERED: Final = {
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78",
    "123": "83", "124": "84", "125": "85", "127": "81", "129": "82",
    "162": "32", "163": "33", "164": "34", "165": "35", "166": "36", "167": "37", "168": "38", "169": "39",
    "186": "56", "188": "58", "199": "59",
}  # fmt: skip

# The first stretch that can be a number; words before it ("ĐT:") and after it ("gặp chị Lan") are left out.
_STRETCH: Final = re.compile(r"(\+?)[\s(]*(\d[\d\s().·•‐-―/-]*)")
_SECOND_NUMBER: Final = re.compile(r"/|\s[‐-―-]\s|\s{2,}")
_LIBRARY: Final[Any] = phonenumbers.PhoneMetadata.metadata_for_region("VN")
# A Vietnamese mobile as most lists have it, by the library's own pattern; the library itself tries a dozen.
_AT_HOME: Final = re.compile(f"(?:0|\\+84)({_LIBRARY.mobile.national_number_pattern})")
_LONGEST: Final = 15  # digits, ITU-T E.164
_SHORTEST: Final = 8  # digits before a letter that can only begin a remark ("0912345678zalo")


def normalise_phone(raw: str, region: str = "VN") -> str | None:
    """E.164 ("+84912345678") of `raw` as dialled in `region`, or None when it is no valid number.

    Vietnamese 11-digit mobiles of before 2018 become the numbers they are today. An extension is dropped.
    """
    return _read(raw, region)[0]


def show_phone(e164: str) -> str:
    """How people here write the number: "0912 345 678" at home, "+1 650-253-0000" abroad; other text unchanged."""
    number = _parsed(e164, "VN")
    if number is None:
        return e164
    at_home = number.country_code == phonenumbers.country_code_for_region("VN")
    return phonenumbers.format_number(
        number, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    )


def phone_problem(raw: str, region: str = "VN") -> str | None:
    """Why `normalise_phone` refuses `raw`; None when it does not.

    One of: empty, not_a_number, too_short, too_long, unknown_country, unknown_range.
    """
    return _read(raw, region)[1]


@lru_cache(maxsize=8192)  # whoever asks for the number asks for the problem, too; a file, some thousand rows later
def _read(raw: str, region: str) -> tuple[str | None, str | None]:
    """The number, or what is the matter with it."""
    if region == "VN" and (mobile := _AT_HOME.fullmatch(raw)):
        return f"+84{mobile[1]}", None
    if not raw.strip():
        return None, "empty"
    try:
        number = phonenumbers.parse(_modern(_first_number(raw), region), region)
    except NumberParseException as error:
        return None, _PARSE_PROBLEMS.get(error.error_type, "not_a_number")
    if phonenumbers.is_valid_number(number):
        return phonenumbers.format_number(number, PhoneNumberFormat.E164), None
    return None, _LENGTH_PROBLEMS.get(phonenumbers.is_possible_number_with_reason(number), "unknown_range")


_PARSE_PROBLEMS: Final = {
    NumberParseException.INVALID_COUNTRY_CODE: "unknown_country",
    NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
    NumberParseException.TOO_SHORT_NSN: "too_short",
    NumberParseException.TOO_LONG: "too_long",
}
_LENGTH_PROBLEMS: Final = {
    ValidationResult.INVALID_COUNTRY_CODE: "unknown_country",
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too_short",
    ValidationResult.TOO_LONG: "too_long",
}


def _parsed(raw: str, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(_modern(_first_number(raw), region), region)
    except NumberParseException:
        return None


def _first_number(raw: str) -> str:
    """The first number in `raw` as digits, after its "+"; "" when letters stand inside it ("0912ABC345")."""
    text = unicodedata.normalize("NFKC", raw)
    found = _STRETCH.search(text)
    if found is None:
        return ""
    plus, stretch = found.groups()
    if len(_digits(stretch)) > _LONGEST:  # two numbers in one cell: "0912345678 / 0987654321"
        stretch = _SECOND_NUMBER.split(stretch)[0]
    digits = _digits(stretch)
    spelled = stretch[-1].isdigit() and text[found.end() : found.end() + 1].isalpha()
    return "" if spelled and len(digits) < _SHORTEST else plus + digits


def _digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(sign)) for sign in text if sign.isdecimal())


def _modern(number: str, region: str) -> str:
    """`number` with an old Vietnamese mobile prefix replaced by today's; every other number unchanged."""
    national = _vietnamese(number, region)
    if len(national) == 10 and national[:3] in _RENUMBERED:
        return f"+84{_RENUMBERED[national[:3]]}{national[3:]}"
    return number


def _vietnamese(number: str, region: str) -> str:
    """The digits after the country code or the leading 0 when `number` is Vietnamese, else ""."""
    if number.startswith("+"):
        return number[3:].removeprefix("0") if number.startswith("+84") else ""
    if number.startswith("0084"):
        return number[4:].removeprefix("0")
    if region != "VN":
        return ""
    if number.startswith("84") and len(number) > 10:
        return number[2:].removeprefix("0")
    return number.removeprefix("0")
