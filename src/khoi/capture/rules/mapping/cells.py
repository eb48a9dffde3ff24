"""A cell's text as a value of its field's kind."""

import re
from datetime import UTC, date, datetime, time
from typing import Final
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


#: A number as a spreadsheet shows what is too wide for its column: most of its digits are lost, unless all are there.
SHORTENED: Final = re.compile(r"(\d)[.,](\d+)E\+?(\d{1,2})", re.IGNORECASE)
_EMAILS_APART: Final = re.compile(r":::|[;,|\s/]+")
_PHONES_APART: Final = re.compile(r":::|[;,|\n/]| (?:-|hoặc|hay|or|và|and) ", re.IGNORECASE)
#: Days of a sheet from 1954 to 2119, and seconds or thousandths since 1970 from 2001 to 2033.
_SERIAL: Final = re.compile(r"([2-7]\d{4})(?:[.,](\d+))?")
_SECONDS: Final = re.compile(r"(1\d{9})(\d{3})?")


#: What people and programs write where there is nothing, folded. Somebody may be called so: in a name or a company it
#: says nothing only where it comes again.
NOTHING: Final = frozenset({"n/a", "#n/a", "-", "--", "---", "–", "—", "(blank)", "(none)", "(trong)"}) | frozenset(
    {"khong co", "chua co", "khong ro", "chua ro", "khong xac dinh", "chua xac dinh"}
)
NO_VALUE: Final = NOTHING | frozenset(
    {"na", "nan", "nat", "none", "null", "nil", "undefined", "(null)", "khong", "chua cap nhat", "dang cap nhat"}
)
#: Kinds of field in which words like these can be nothing else.
_TYPED: Final = frozenset({"email", "phone", "moment", "day", "money", "whole", "currency"})


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
        return read_phone(text, mapping.country), False
    return _text(text, field), False


def says_nothing(text: str, kind: str) -> bool:
    """Whether the cell is as good as empty for a field of this kind."""
    return kind in _TYPED and len(text) <= 16 and fold(text) in NO_VALUE


def split_addresses(text: str, kind: str, country: str) -> tuple[list[str], str]:
    """The sound addresses of a cell in the words of the file, or the cell as it is; and the cell once more where
    something of it is in none of them. ``kind``: ``email`` or ``phone``."""
    if kind == "email":
        if email_problem(text) is None:
            return [text], ""
        parts = [bare for part in _EMAILS_APART.split(text) if (bare := _bare_email(part))]
        return (parts if parts and all(email_problem(part) is None for part in parts) else [text]), ""
    parts = [part.strip() for part in _PHONES_APART.split(text) if part.strip()]
    sound = [part for part in parts if _is_phone(part, country)]
    if sound and len(sound) == len(parts):
        return sound, ""
    # "024 3825 1234/1235": the line of somebody's desk behind the number.
    return (sound, text) if sound and sound[0] == parts[0] and not _is_phone(text, country) else ([text], "")


def _bare_email(text: str) -> str:
    return re.sub(r"^mailto:", "", text.strip().strip("<>"), flags=re.IGNORECASE)


def _is_phone(text: str, country: str) -> bool:
    try:
        return bool(read_phone(text, country))
    except Unreadable:
        return False


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


def read_phone(text: str, country: str) -> str:
    """As typed where it was typed at home; a number of another country with its code, or it would be misread here.

    Without what programs put around it: "p:+84…" (Facebook), "84912345678.0" and "8.4912345678E+10" (spreadsheets).
    """
    text = _dressed(text)
    if phone_problem(text, country):
        raise Unreadable("bad_phone")
    return text if country == HOME else normalise_phone(text, country) or text


def _dressed(text: str) -> str:
    if text[:2].lower() == "p:":
        return text[2:].strip()
    if (short := SHORTENED.fullmatch(text)) is not None:
        whole, parts, zeros = short.groups()
        if len(parts) != int(zeros):
            raise Unreadable("shortened")
        return f"{whole}{parts}"
    return re.sub(r"^(\d{8,})[.,]0+$", r"\1", text)


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
        found = datetime.strptime(text, pattern) if pattern else _counted(text) or read_date(text, mapping.dates)  # noqa: DTZ007
    except (NotADate, ValueError, OverflowError) as error:
        raise Unreadable("bad_date") from error
    if found.year not in YEARS:
        raise Unreadable("bad_date")
    if pattern and isinstance(found, datetime) and not re.search(r"%[HIcX]", pattern):
        return found.date()
    return found


def _counted(text: str) -> date | datetime | None:
    """A date as a number: the days of a spreadsheet, or seconds since 1970."""
    if (serial := _SERIAL.fullmatch(text)) is not None:
        return read_date(float(f"{serial[1]}.{serial[2] or 0}"))
    if (seconds := _SECONDS.fullmatch(text)) is not None:
        return datetime.fromtimestamp(int(seconds[1]), UTC)
    return None


def _day(found: date | datetime) -> date:
    return found.date() if isinstance(found, datetime) else found


def _moment(found: date | datetime, mapping: Mapping) -> tuple[datetime, bool]:
    day_only = not isinstance(found, datetime)
    moment = found if isinstance(found, datetime) else datetime.combine(found, time.min)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(mapping.zone))
    return moment.astimezone(UTC), day_only
