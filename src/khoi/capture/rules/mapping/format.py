"""What a mapping says, once read: ``load_mapping`` makes it from TOML, ``dump_mapping`` writes it back."""

import json
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass, field

from khoi.capture.rules.mapping.fields import REJECTED_COLUMNS


@dataclass(frozen=True, slots=True)
class Column:
    """What becomes of one column: it fills ``fields``, or is kept under a label (``extra``), or is dropped.

    ``values`` replaces cell texts; ``otherwise`` says what to do with a text not among them: ``keep`` it, ``extra``
    (keep it as a labelled note, the field stays empty), ``empty`` or ``reject`` the row. ``pattern`` is a strptime
    pattern where the usual ways of writing dates do not do. A ``required`` column rejects rows it is empty or
    unreadable in. A column with ``entered`` holds the moment at which the row entered the stage of that name.
    """

    heading: str
    fields: tuple[str, ...] = ()
    extra: str = ""
    drop: bool = False
    required: bool = False
    values: Table[str, str] = field(default_factory=dict)
    otherwise: str = "keep"
    pattern: str = ""
    entered: str = ""


def meant(values: Table[str, str], text: str) -> str:
    """What a text means by a table of texts, whatever its capitals; itself where it is not among them."""
    if not values or text in values:
        return values.get(text, text)
    said = text.casefold()
    return next((meaning for known, meaning in values.items() if known.casefold() == said), text)


@dataclass(frozen=True, slots=True)
class External:
    """Where another system's number for the row stands, and what that system is called here."""

    column: str
    system: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """Every row says: the lead or opportunity (``of``) was in ``state`` at the moment in field ``at``.

    With ``column`` set, only rows whose cell there is one of ``texts`` (compared without case).
    """

    of: str
    state: str
    at: str
    column: str = ""
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewField:
    """A field of one's own that the import makes when it is not there. ``choices``: the words of one that has some."""

    type: str
    label: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapping:
    """How the rows of one kind of file become leads or opportunities (``rows``).

    ``zone``: for times without one. ``dates``: ``dmy`` or ``mdy``, for 03/04/2026. ``language``: ``vi`` or ``en``,
    for 1.234 against 1,234. ``country``: where phone numbers without a country code are dialled. ``empty``: texts
    that mean nothing stands there. ``names``: ``family_first`` or ``given_first``, for joining parts of a name.
    ``others``: ``keep`` or ``drop`` columns not named, or make ``fields`` of one's own of them. ``anonymous``: rows
    without name, email, phone and company are welcome. ``constants``: texts for fields a row leaves empty. ``join``:
    the lead the row belongs to. ``links``: by what they point at, columns that hold its number (``account``,
    ``person``, ``lead``, ``opportunity``, ``parent``). ``pipeline``: what the pipeline is called that is made for
    stages we do not have; without it they reject the row.
    ``makes``: by name (``custom.<key>``), what a field of one's own is, where there is none of that key yet.
    """

    name: str
    rows: str
    columns: tuple[Column, ...]
    title: str = ""
    zone: str = "Asia/Ho_Chi_Minh"
    dates: str = "dmy"
    language: str = "vi"
    currency: str = "VND"
    country: str = "VN"
    names: str = "given_first"
    others: str = "keep"
    anonymous: bool = False
    empty: tuple[str, ...] = ()
    key: External | None = None
    join: External | None = None
    links: Table[str, External] = field(default_factory=dict)
    pipeline: str = ""
    constants: Table[str, str] = field(default_factory=dict)
    makes: Table[str, NewField] = field(default_factory=dict)
    asserts: tuple[Assertion, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """How a mapping meets the headings of a file. ``needed``: columns without which no row can be read;
    ``missing``: all named columns the file has not; ``others``: columns of the file the mapping does not name."""

    needed: tuple[str, ...]
    missing: tuple[str, ...]
    others: tuple[str, ...]


def fit(mapping: Mapping, headings: Iterable[str]) -> Fit:
    """Compare a mapping with a file before reading a row."""
    present = list(headings)
    externals = [external.column for external in (mapping.key, mapping.join) if external]
    linked = [external.column for external in mapping.links.values()]
    asked = [assertion.column for assertion in mapping.asserts if assertion.column]
    named = dict.fromkeys([*externals, *linked, *(column.heading for column in mapping.columns), *asked])
    needed = {*externals, *(column.heading for column in mapping.columns if column.required)}
    missing = tuple(heading for heading in named if heading not in present)
    others = tuple(heading for heading in present if heading not in named and heading not in REJECTED_COLUMNS)
    return Fit(tuple(heading for heading in missing if heading in needed), missing, others)


def best_fit(mappings: Iterable[Mapping], headings: Iterable[str]) -> Mapping | None:
    """The mapping made for a file with these headings: all its columns are there, and it names the most of them."""
    present = list(headings)
    fitting = [mapping for mapping in mappings if not fit(mapping, present).missing]
    return min(fitting, key=lambda mapping: len(fit(mapping, present).others), default=None)


def dump_mapping(mapping: Mapping) -> str:
    """The mapping as TOML: ``load_mapping(dump_mapping(m)) == m``."""
    return "\n".join(_lines(mapping)) + "\n"


_TEXTS = (
    *("name", "title", "rows", "zone", "dates", "language", "currency", "country", "names", "others", "pipeline"),
)


def _lines(mapping: Mapping) -> Iterator[str]:
    yield "format = 1"
    for name in (
        "name",
        "title",
        "rows",
        "zone",
        "dates",
        "language",
        "currency",
        "country",
        "names",
        "others",
        "pipeline",
    ):
        yield f"{name} = {_text(getattr(mapping, name))}"
    yield f"anonymous = {str(mapping.anonymous).lower()}"
    yield f"empty = {_list(mapping.empty)}"
    for name, external in (("key", mapping.key), ("join", mapping.join)):
        if external:
            yield f"\n[{name}]\ncolumn = {_text(external.column)}\nsystem = {_text(external.system)}"
    for name, external in mapping.links.items():
        yield f"\n[links.{name}]\ncolumn = {_text(external.column)}\nsystem = {_text(external.system)}"
    yield "\n[columns]"
    yield from (f"{_text(column.heading)} = {_column(column)}" for column in mapping.columns)
    yield "\n[constants]"
    yield from (f"{name} = {_text(text)}" for name, text in mapping.constants.items())
    for name, new in mapping.makes.items():
        yield f"\n[{name}]\ntype = {_text(new.type)}\nlabel = {_text(new.label)}"
        if new.choices:
            yield f"choices = {_list(new.choices)}"
    for assertion in mapping.asserts:
        yield f"\n[[asserts]]\nof = {_text(assertion.of)}\nis = {_text(assertion.state)}\nat = {_text(assertion.at)}"
        if assertion.column:
            yield f"when = {{ column = {_text(assertion.column)}, is = {_list(assertion.texts)} }}"


def _column(column: Column) -> str:
    entries = [
        f"fields = {_list(column.fields)}" if column.fields else "",
        f"extra = {_text(column.extra)}" if column.extra else "",
        f"entered = {_text(column.entered)}" if column.entered else "",
        "drop = true" if column.drop else "",
        "required = true" if column.required else "",
        f"pattern = {_text(column.pattern)}" if column.pattern else "",
        f"otherwise = {_text(column.otherwise)}" if column.otherwise != "keep" else "",
        f"values = {{ {', '.join(f'{_text(k)} = {_text(v)}' for k, v in column.values.items())} }}"
        if column.values
        else "",
    ]
    return f"{{ {', '.join(entry for entry in entries if entry)} }}"


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(_text(text) for text in texts)}]"


def _text(text: str) -> str:
    # A JSON string is a TOML string, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
