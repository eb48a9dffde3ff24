"""Values of fields that a workspace made up: read from JSON or from what somebody typed, and said again."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from khoi.kit.dates import parse_date
from khoi.kit.fold import fold
from khoi.kit.money import parse_money
from khoi.kit.numbers import exact, parse_number, plain

#: What a value is in Python: text, link and choice str; number Decimal; money int (minor units); date `date`; yes/no
#: bool; several choices a tuple of codes in the order of the field; None for none.
Value = str | Decimal | int | bool | date | tuple[str, ...] | None

TYPES: Final = ("text", "number", "money", "date", "choice", "multi_choice", "yes_no", "link")
#: The types whose values are codes of the field's choices.
CHOOSING: Final = frozenset({"choice", "multi_choice"})
#: Type → how conditions see it.
CONDITION_TYPES: Final[Mapping[str, str]] = {
    "text": "text",
    "number": "number",
    "money": "money",
    "date": "date",
    "choice": "code",
    "multi_choice": "codes",
    "yes_no": "boolean",
    "link": "text",
}
#: What stands before the key of such a field where fields of all kinds are named.
PREFIX: Final = "custom."
#: The records whose fields may be asked for along with those of a lead or a deal: ``person.custom.<key>``.
BEYOND: Final = ("person", "account")
LONGEST: Final = 500
MOST_CHOICES: Final = 200
LARGEST: Final = 2**63 - 1
#: Outside these a date is a slip of the pen, and no calendar of ours shows it.
YEARS: Final = range(1000, 10_000)
#: Site, port, and the rest; no name or password before the site, which deceive about where it leads.
_LINK: Final = re.compile(r"https?://(?:[\w-]+\.)*[\w-]+(?::[0-9]{1,5})?(?:[/?#][^\s\\<>\"\x00-\x1f]*)?", re.IGNORECASE)
YES: Final = frozenset({"1", "true", "yes", "y", "x", "on", "co", "dung"})
NO: Final = frozenset({"0", "false", "no", "n", "off", "khong", "sai"})


class NotAValue(Exception):
    """``code`` and ``data`` as in ``kit.refusals``."""

    def __init__(self, code: str, **data: object) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


@dataclass(frozen=True, slots=True)
class Kind:
    """What a field takes. ``choices``: code → the words it is also known by; ``closed``: codes no longer offered."""

    type: str
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    currency: str = "VND"
    closed: frozenset[str] = frozenset()


def read_json(kind: Kind, raw: object) -> Value:
    """The value that a program sent; None for null and for what is empty. Raises ``NotAValue``."""
    return None if raw is None or raw in ("", []) else _FROM_JSON[kind.type](kind, raw)


def as_json(value: Value) -> object:
    """What ``read_json`` reads back as the same value."""
    match value:
        case tuple():
            return list(value)
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
    return value


def read_text(kind: Kind, text: str, language: str, order: str = "dmy") -> Value:
    """The value that somebody typed or that stands in a cell of a file; choices by code or by their words, several
    with semicolons or on lines of their own. Raises ``NotAValue``."""
    typed = text.strip()
    return _FROM_TEXT[kind.type](kind, typed, language, order) if typed else None


def _text(kind: Kind, raw: object) -> str | None:
    if not isinstance(raw, str) or "\0" in raw:
        raise NotAValue("not_text")
    text = " ".join(raw.split())
    if len(text) > LONGEST:
        raise NotAValue("too_long", limit=LONGEST)
    return text or None


def _number(kind: Kind, raw: object) -> Decimal:
    if (value := exact(raw)) is None:
        raise NotAValue("not_a_number", value=raw)
    return value


def _money(kind: Kind, raw: object) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or abs(raw) > LARGEST:
        raise NotAValue("not_money", value=raw)
    return raw


def _date(kind: Kind, raw: object) -> date:
    try:
        found = date.fromisoformat(raw) if isinstance(raw, str) and len(raw) == len("2026-12-31") else None
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise NotAValue("not_a_date", value=raw)
    return found


def _choice(kind: Kind, raw: object) -> str:
    if not isinstance(raw, str) or raw not in kind.choices:
        raise NotAValue("unknown_choice", value=raw)
    return raw


def _choices(kind: Kind, raw: object) -> tuple[str, ...] | None:
    if not isinstance(raw, list | tuple):
        raise NotAValue("not_a_list", value=raw)
    wanted = {_choice(kind, one) for one in raw}
    return tuple(code for code in kind.choices if code in wanted) or None


def _yes_no(kind: Kind, raw: object) -> bool:
    if not isinstance(raw, bool):
        raise NotAValue("not_yes_or_no", value=raw)
    return raw


def _link(kind: Kind, raw: object) -> str:
    text = raw.strip() if isinstance(raw, str) else ""
    if len(text) > LONGEST:
        raise NotAValue("too_long", limit=LONGEST)
    if not is_link(text):
        raise NotAValue("not_a_link", value=raw)
    return text


def is_link(text: str) -> bool:
    """Whether a browser that follows it goes to a page of the web, of the site it names, and nowhere else."""
    return _LINK.fullmatch(text) is not None


_FROM_JSON: Final[Mapping[str, Callable[[Kind, object], Value]]] = {
    "text": _text,
    "number": _number,
    "money": _money,
    "date": _date,
    "choice": _choice,
    "multi_choice": _choices,
    "yes_no": _yes_no,
    "link": _link,
}


def _typed_number(kind: Kind, text: str, language: str, order: str) -> Value:
    if (value := parse_number(text, language)) is None:
        raise NotAValue("not_a_number", value=text)
    return value


def _typed_money(kind: Kind, text: str, language: str, order: str) -> Value:
    money = parse_money(text, kind.currency, language)
    if money is None or money.currency != kind.currency:
        raise NotAValue("not_money", value=text)
    return money.amount


def _typed_date(kind: Kind, text: str, language: str, order: str) -> Value:
    found = parse_date(text, order)
    day = found.date() if isinstance(found, datetime) else found
    if day is None or day.year not in YEARS:
        raise NotAValue("not_a_date", value=text)
    return day


def _typed_choice(kind: Kind, text: str, language: str, order: str) -> str:
    if text in kind.choices:
        return text
    wanted = fold(text)
    for code, known_by in kind.choices.items():
        if wanted in {fold(word) for word in (code, *known_by)}:
            return code
    raise NotAValue("unknown_choice", value=text)


def parts_of(text: str) -> list[str]:
    """Several choices in one text, with semicolons, bars or on lines of their own."""
    return [part.strip() for part in re.split(r"[;\n|]", text) if part.strip()]


def _typed_choices(kind: Kind, text: str, language: str, order: str) -> Value:
    try:
        wanted = [_typed_choice(kind, part, language, order) for part in parts_of(text)]
    except NotAValue:  # a file made elsewhere may list them with commas, a choice may contain one
        wanted = [_typed_choice(kind, part.strip(), language, order) for part in text.split(",") if part.strip()]
    return _choices(kind, wanted)


def _typed_yes_no(kind: Kind, text: str, language: str, order: str) -> bool:
    said = fold(text)
    if said not in YES | NO:
        raise NotAValue("not_yes_or_no", value=text)
    return said in YES


def _typed_link(kind: Kind, text: str, language: str, order: str) -> str:
    """People write "www.name.vn"."""
    return _link(kind, text if "://" in text else f"https://{text}")


_FROM_TEXT: Final[Mapping[str, Callable[[Kind, str, str, str], Value]]] = {
    "text": lambda kind, text, language, order: _text(kind, text),
    "number": _typed_number,
    "money": _typed_money,
    "date": _typed_date,
    "choice": _typed_choice,
    "multi_choice": _typed_choices,
    "yes_no": _typed_yes_no,
    "link": _typed_link,
}


def key_of(words: str) -> str:
    """lower_snake, as programs name the field; "" when nothing of the words can stand in a key."""
    key = re.sub(r"[^a-z0-9]+", "_", fold(words)).strip("_")[:40].strip("_")
    return f"f_{key}"[:40] if key[:1].isdigit() else key


def free_key(key: str, taken: Iterable[str]) -> str:
    """The key, or the key with the first number that makes it another one."""
    known, number, found = set(taken), 1, key
    while found in known:
        number += 1
        found = f"{key[:36].rstrip('_')}_{number}"
    return found


def own_named(named: str) -> tuple[str, str] | None:
    """``custom.<key>`` → ("", key), ``person.custom.<key>`` → ("person", key); None for what means no such field."""
    before, prefix, key = named.rpartition(PREFIX)
    whose = before.removesuffix(".")
    if not prefix or not key or (before and (whose == before or whose not in BEYOND)):
        return None
    return whose, key


def named_in(rules: object) -> set[str]:
    """The fields of one's own that stored rules (JSON) ask about."""
    if isinstance(rules, list):
        return set().union(*map(named_in, rules))
    if not isinstance(rules, dict):
        return set()
    said = rules.get("field")
    own = {said} if isinstance(said, str) and own_named(said) else set()
    return own.union(*map(named_in, rules.values()))


def readable(rules: object, fields: Container[str]) -> object:
    """Stored rules (JSON) with every question about a field of one's own that is gone as one nothing answers. Whoever
    made the field may have taken it back after the rules were published, and they must still be read."""
    if isinstance(rules, list):
        return [readable(part, fields) for part in rules]
    if not isinstance(rules, dict):
        return rules
    named = rules.get("field")
    if isinstance(named, str) and own_named(named) and named not in fields:
        return {"any": []}
    return {name: readable(part, fields) for name, part in rules.items()}
