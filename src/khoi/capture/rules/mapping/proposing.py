"""A mapping for a file nobody has described: guessed from its headings, English or Vietnamese, and first rows."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from collections.abc import Mapping as Mapping_
from dataclasses import dataclass

from khoi.capture.rules.mapping.cells import HOME, NOTHING, Unreadable, read_phone, says_nothing, split_addresses
from khoi.capture.rules.mapping.fields import FIELDS, IDENTITY, LEAD
from khoi.capture.rules.mapping.format import Column, External, Mapping
from khoi.capture.rules.mapping.headings import CONTACTS, CUSTOMERS, HEADINGS, OF_TIME, WHOLE
from khoi.kit.emails import email_problem
from khoi.kit.fold import fold, words

NUMBERS = {"id", "record id", "lead id", "contact id", "external id", "ma", "ma khach hang", "ma kh", "ma lead"}

#: Several columns of these may stand side by side; the first filled one counts, the others become notes.
SEVERAL = {"email", "phone", "note"}
LOOKS: dict[str, Callable[[str], bool]] = {
    "email": lambda text: email_problem(split_addresses(text, "email", HOME)[0][0]) is None,
    "phone": lambda text: _like_phone(split_addresses(text, "phone", HOME)[0][0]),
}
#: Without a heading amounts of money look like mobile numbers whose zero is missing.
TELLING: dict[str, Callable[[str], bool]] = {
    **LOOKS,
    "phone": lambda text: text.lstrip("( ")[:1] in {"+", "0", "8", "p"} and LOOKS["phone"](text),
}
#: What the reader calls a column without a heading.
NUMBERED = re.compile(r"#\d+'*")
#: A mobile number at home whose zero a spreadsheet took off has nine digits.
_PHONE_BEGINS = re.compile(r"(?:p:)?[( ]*(?:\+|0|84)|[35789]\d{8}(?:\.0)?$|\d[.,]\d+E", re.IGNORECASE)
#: Of two headings for one field those are meant less that say it shorter or of something else, too.
LESS_SURE = {"account", "account name", "business", "business name", "date", "ngay", "thoi gian", "title", "don vi"}
EXACT, SIMILAR, BY_CONTENT, DOUBTED, ENOUGH = 95, 70, 75, 40, 50


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column probably holds. ``confidence`` from 0 to 100; from 50 on the proposal uses it.

    ``why``: ``heading``, ``similar_heading``, ``content`` (the cells look like it) or ``content_differs``.
    """

    column: str
    field: str
    confidence: int
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping to show, change or use. ``usable``: it finds somebody or some company in the rows.

    ``assumed_dates``: no sample tells days from months, so the order is the one usual with such headings.
    """

    mapping: Mapping
    guesses: tuple[Guess, ...]
    usable: bool
    assumed_dates: bool


def propose_mapping(
    headings: Sequence[str],
    sample_rows: Sequence[Sequence[str]],
    *,
    name: str = "proposed",
    zone: str = "Asia/Ho_Chi_Minh",
    currency: str = "VND",
    system: str = "",
    own: Mapping_[str, Collection[str]] | None = None,
) -> Proposal:
    """A mapping of rows to leads. ``sample_rows``: the cells of the first rows, as wide as the headings; ``own``:
    ``custom.<key>`` → what such a field is called.

    With ``system`` given, a column of distinct record numbers becomes the key in it, so that importing the file
    again finds its leads.
    """
    samples = {heading: [row[place].strip() for row in sample_rows] for place, heading in enumerate(headings)}
    called = {_plain(name): field for field, names in (own or {}).items() for name in names}
    guesses = _chosen([guess for heading in headings if (guess := _guess(heading, samples[heading], headings, called))])
    taken = {guess.column: guess.field for guess in guesses if guess.confidence >= ENOUGH}
    vietnamese = any(_vietnamese(heading) for heading in taken)
    order = date_order([text for heading, field in taken.items() if field == "arrived_at" for text in samples[heading]])
    mapping = Mapping(
        name,
        LEAD,
        tuple(Column(heading, (field,), values=_nothing(field, samples[heading])) for heading, field in taken.items()),
        zone=zone,
        dates=order or "dmy",
        language="vi" if vietnamese else "en",
        currency=currency,
        names="family_first" if vietnamese else "given_first",
        key=_key(samples, set(taken), system),
    )
    found = set(taken.values())
    named = found & {*IDENTITY, "given_name", "family_name"}
    return Proposal(mapping, guesses, bool(named), assumed_dates="arrived_at" in found and order is None)


def _plain(heading: str) -> str:
    """A heading for comparing: "FirstName", "first_name" and "First name*" are one; also one that stands twice."""
    bare = re.sub(r" \(\d+\)$", "", heading)
    return " ".join(words(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", bare)))


def _names(listed: str) -> set[str]:
    return {name.strip() for name in listed.split(",")} - {""}


_KNOWN = {field: tuple(map(_names, listed.split("|"))) for field, listed in HEADINGS.items()}
_FIELD_OF = {name: field for field, both in _KNOWN.items() for names in both for name in names}
# "firstname" is "first name", but "ho" in "hoten" is not looked for.
_FIELD_OF |= {name.replace(" ", ""): field for name, field in list(_FIELD_OF.items()) if len(name) > 5}
# Found inside longer headings too: but "khách hàng" also ends "Mã khách hàng" and "Địa chỉ khách hàng".
_LONG_NAMES = sorted(
    (
        name
        for name, field in _FIELD_OF.items()
        if name not in WHOLE and (" " in name or (field in LOOKS and len(name) > 2))
    ),
    key=len,
    reverse=True,
)


def _vietnamese(heading: str) -> bool:
    return any(_plain(heading) in names for _, *other in _KNOWN.values() for names in other)


def _guess(heading: str, samples: list[str], headings: Sequence[str], called: Mapping_[str, str]) -> Guess | None:
    plain = _plain(heading)
    if plain in called and plain not in _FIELD_OF:
        return Guess(heading, called[plain], EXACT, "heading")
    field, confidence, why = _FIELD_OF.get(plain, ""), EXACT - 5 * (plain in LESS_SURE), "heading"
    field = _beside(plain, field, {_plain(other) for other in headings})
    if not field:
        field, confidence, why = _inside(plain), SIMILAR, "similar_heading"
    filled = [text for text in samples if text and not says_nothing(text, "email")]
    if not field:
        field = next((field for field, looks in TELLING.items() if _mostly(looks, filled)), "")
        if not field and NUMBERED.fullmatch(heading) and _like_names(filled):
            field = "person_name"
        confidence, why = BY_CONTENT, "content"
    elif field in LOOKS and filled and not any(LOOKS[field](text) for text in filled):
        confidence, why = DOUBTED, "content_differs"
    return Guess(heading, field, confidence, why) if field else None


def _beside(plain: str, field: str, all_: set[str]) -> str:
    """What the heading means in the company of the others."""
    fields = {_FIELD_OF.get(other) for other in all_}
    # Beside a column "Họ" the column "Tên" holds the given name alone.
    if plain == "ten" and "family_name" in fields:
        return "given_name"
    # Bitrix24 calls a lead like what it is about.
    if plain == "lead name" and {"given_name", "family_name"} <= fields:
        return "" if "need" in fields else "need"
    is_company = plain in CUSTOMERS and not all_.isdisjoint(CONTACTS) and "company" not in fields
    return "company" if is_company else field


def _inside(plain: str) -> str:
    """The field of a name that stands inside a longer heading: "Email công ty" is an email first."""
    names = [name for name in _LONG_NAMES if f" {name} " in f" {plain} "]
    fields = [_FIELD_OF[name] for name in names]
    field = next((field for field in fields if field in LOOKS), next(iter(fields), ""))
    return "" if plain.startswith(OF_TIME) and field not in ("arrived_at", *LOOKS) else field


def _like_names(texts: list[str]) -> bool:
    """Whether the cells of a column without a heading are words alone, hardly one of them twice."""
    words_alone = [text for text in texts if text.replace(" ", "").isalpha() and len(text.split()) <= 6]
    return len(texts) > 1 and words_alone == texts and len(set(texts)) * 5 >= len(texts) * 4


def _like_phone(text: str) -> bool:
    if not _PHONE_BEGINS.match(text):
        return False
    try:
        return bool(read_phone(text, HOME))
    except Unreadable as unreadable:
        return unreadable.code == "shortened"


def _nothing(field: str, texts: list[str]) -> dict[str, str]:
    """Texts that come again in a column of short texts and say that there is nothing."""
    if field not in FIELDS[LEAD] or FIELDS[LEAD][field].kind != "text":
        return {}
    counts = Counter(texts)
    return {text: "" for text, count in counts.items() if count > 1 and fold(text) in NOTHING}


def _mostly(looks: Callable[[str], bool], filled: list[str]) -> bool:
    return bool(filled) and sum(1 for text in filled if looks(text)) * 5 >= len(filled) * 4


def _chosen(guesses: list[Guess]) -> tuple[Guess, ...]:
    """The surest guess for each field, in the order of the file; of some fields all the equally sure ones."""
    best: dict[str, Guess] = {}
    for guess in guesses:
        if guess.field not in best or guess.confidence > best[guess.field].confidence:
            best[guess.field] = guess
    return tuple(guess for guess in guesses if best[guess.field] is guess or _as_sure(guess, best[guess.field]))


def _as_sure(guess: Guess, best: Guess) -> bool:
    return guess.field in SEVERAL and guess.confidence == best.confidence


def date_order(texts: list[str]) -> str | None:
    """``dmy`` or ``mdy`` where a date with a 13 or more tells, else nothing."""
    for text in texts:
        found = re.search(r"(?<![\d:/.-])(\d{1,2})[-/.](\d{1,2})[-/.]\d{2}", text)
        if found and int(found[1]) > 12:
            return "dmy"
        if found and int(found[2]) > 12:
            return "mdy"
    return None


def _key(samples: dict[str, list[str]], taken: set[str], system: str) -> External | None:
    for heading, texts in samples.items():
        distinct = texts and all(texts) and len(set(texts)) == len(texts)
        if system and heading not in taken and _plain(heading) in NUMBERS and distinct:
            return External(heading, system)
    return None
