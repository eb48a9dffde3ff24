"""A cell's text as a value of its field's kind."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from khoi.capture.rules.mapping.fields import Field
from khoi.capture.rules.mapping.format import Mapping
from khoi.custom.rules import NO, YES
from khoi.kit.dates import NotADate, read_date
from khoi.kit.emails import email_problem
from khoi.kit.fold import fold
from khoi.kit.money import Money, parse_money
from khoi.kit.phones import normalise_phone, phone_problem

Value = str | int | date | datetime | Money

HOME = "VN"

#: Outside these a date is a slip of the pen, and no calendar of ours shows it.
YEARS = range(1900, 2200)

#: What a column for a count holds.
LARGEST = 2**31 - 1


class Unreadable(Exception):
    """The text is no value of the kind. ``code`` as in ``Problem``."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def read_cell(text: str, field: Field, mapping: Mapping, currency: str, pattern: str) -> tuple[Value, bool]:
    """The value, and whether a moment was given as a day alone. Raises ``Unreadable``."""
    if field.kind in ("moment", "day"):
        found = _date(text, mapping, pattern)
        return _moment(found, mapping) if field.kind == "moment" else (_day(found), False)
    if field.kind == "money":
        return _money(text, currency or mapping.currency, mapping), False
    if field.kind == "phone":
        return _phone(text, mapping.country), False
    return _text(text, field), False


def _text(text: str, field: Field) -> Value:
    if field.kind == "email" and email_problem(text):
        raise Unreadable("bad_email")
    if field.kind == "choice":
        return _choice(text, field)
    if field.kind == "whole":
        return _whole(text)
    if field.kind == "currency":
        return _currency(text)
    if field.kind == "yes":
        return _yes(text)
    return text if field.kind == "long" else " ".join(text.split())


def _phone(text: str, country: str) -> str:
    """As typed where it was typed at home; a number of another country with its code, or it would be misread here."""
    if phone_problem(text, country):
        raise Unreadable("bad_phone")
    return text if country == HOME else normalise_phone(text, country) or text


def _choice(text: str, field: Field) -> str:
    code = "_".join(text.lower().replace("-", " ").split())
    if code not in field.choices:
        raise Unreadable("unknown_value")
    return code


def _yes(text: str) -> str:
    """ "yes" or "", as systems write it: TRUE, 1, có."""
    word = fold(text)
    if word not in YES | NO:
        raise Unreadable("unknown_value")
    return "yes" if word in YES else ""


def _whole(text: str) -> int:
    """1.200 and 1,200 and 1 200 are twelve hundred: there are no parts of an employee."""
    digits = re.fullmatch(r"(\d{1,3}(?:[., \u00a0]\d{3})+|\d{1,9})(?:[.,]0+)?", text)
    if digits is None or (number := int(re.sub(r"\D", "", digits[1]))) > LARGEST:
        raise Unreadable("bad_number")
    return number


def _currency(text: str) -> str:
    code = text.upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise Unreadable("bad_currency")
    return code


def _money(text: str, currency: str, mapping: Mapping) -> Money:
    money = parse_money(text, currency, mapping.language)
    if money is None or money.amount < 0:
        raise Unreadable("bad_amount")
    return money


def _date(text: str, mapping: Mapping, pattern: str) -> date | datetime:
    try:
        # Without a zone in the text it gets the mapping's, in _moment.
        found = datetime.strptime(text, pattern) if pattern else read_date(text, mapping.dates)  # noqa: DTZ007
    except (NotADate, ValueError, OverflowError) as error:
        raise Unreadable("bad_date") from error
    if found.year not in YEARS:
        raise Unreadable("bad_date")
    if pattern and isinstance(found, datetime) and not re.search(r"%[HIcX]", pattern):
        return found.date()
    return found


def _day(found: date | datetime) -> date:
    return found.date() if isinstance(found, datetime) else found


def _moment(found: date | datetime, mapping: Mapping) -> tuple[datetime, bool]:
    day_only = not isinstance(found, datetime)
    moment = found if isinstance(found, datetime) else datetime.combine(found, time.min)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(mapping.zone))
    return moment.astimezone(UTC), day_only
