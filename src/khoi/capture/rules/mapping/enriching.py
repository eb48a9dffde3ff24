"""A mapping made ready for the cells of its file: what no field takes becomes a field of one's own, typed by what
stands there; texts that mean nothing are read as empty; the order of days and months is read off the whole file."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, replace
from typing import Final

from khoi.capture.rules.mapping.fields import FIELDS, LEAD, PERSON
from khoi.capture.rules.mapping.format import Column, Mapping, NewField, fit, meant
from khoi.capture.rules.mapping.own import MOST, choices_in, guess_type, own_name
from khoi.capture.rules.mapping.proposing import date_order
from khoi.capture.rules.mapping.recognising import squeezed
from khoi.custom.rules import CHOOSING, free_key, key_of
from khoi.kit.fold import words
from khoi.kit.phones import phone_problem

#: What pick-lists write where nobody picked anything, folded. Read as empty when it comes again and again.
PLACEHOLDERS: Final = frozenset(
    {"select", "please select", "select one", "not selected", "chon", "chua chon", "vui long chon", "khong chon", "n a"}
)
OFTEN: Final = 3
#: Countries thought of when the phone numbers of a file are not those of home, the pickiest about them first.
ABROAD: Final = ("US", "FR", "GB", "AU", "SG", "KR", "TH", "JP", "IN", "DE")
MOST_PHONES: Final = 200
#: As long as the name of a field may be.
LABEL: Final = 80


@dataclass(frozen=True, slots=True)
class Seen:
    """The different cells of a column with how often each comes, in the order they come; ``whole``: these are all."""

    texts: Counter[str]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class OwnFields:
    """What there is: by what fields are called, their names, as it is written and for comparing; keys that mean a
    field; and how many more may be made, none where the importer may not."""

    labels: Table[str, str]
    called: Table[str, str]
    keys: Collection[str]
    room: int


def enrich(
    mapping: Mapping,
    headings: Sequence[str],
    seen: Table[str, Seen],
    own: OwnFields,
    owner_known: Callable[[str], bool],
) -> Mapping:
    """The mapping with nothing left open. ``owner_known``: whether a user here is called so."""
    empty = _placeholders(mapping, seen)
    ready = replace(
        mapping,
        empty=(*mapping.empty, *empty),
        dates=_order(mapping, seen) or mapping.dates,
        country=_country(mapping, seen),
    )
    if mapping.others != "fields":
        return ready
    maker = _Maker(ready, own, headings)
    columns: list[Column | None] = []
    for column in ready.columns:
        named = column.fields == ("product",)
        columns.append(maker.made(column.heading, seen) if named else _with_owner(maker, column, seen, owner_known))
    columns += [maker.made(heading, seen) for heading in fit(ready, headings).others]
    return replace(ready, columns=tuple(filter(None, columns)), makes={**ready.makes, **maker.makes}, others="keep")


def _with_owner(maker: "_Maker", column: Column, seen: Table[str, Seen], known: Callable[[str], bool]) -> Column:
    """Whoever is nobody here is kept as a text; a lead keeps it among its labelled notes anyway."""
    if column.fields != ("owner",) or maker.mapping.rows == LEAD:
        return column
    if all(known(text) for text in maker.texts_of(column.heading, seen)):
        return column
    made = maker.made(column.heading, seen)
    return replace(column, fields=("owner", *made.fields), otherwise="extra") if made and made.fields else column


class _Maker:
    """Finds or describes a field of one's own for each column."""

    def __init__(self, mapping: Mapping, own: OwnFields, headings: Sequence[str]) -> None:
        self.labels = _labels(headings)
        self.known = _known(self.labels, own)
        self.mapping = mapping
        self.own = own
        self.keys = set(own.keys)
        self.makes: dict[str, NewField] = {}
        self.empty = {text.casefold() for text in mapping.empty}

    def texts_of(self, heading: str, seen: Table[str, Seen]) -> list[str]:
        """The cells, each once for every time it comes, up to three."""
        found = seen[heading].texts if heading in seen else Counter[str]()
        filled = {text: count for text, count in found.items() if text.casefold() not in self.empty}
        return [text for text, count in filled.items() for _ in range(min(count, OFTEN))]

    def made(self, heading: str, seen: Table[str, Seen]) -> Column | None:
        """None for a column without a single cell: it asks for no field."""
        texts = self.texts_of(heading, seen)
        if not texts:
            return None
        rows = self.mapping.rows
        if heading in self.known:
            return Column(heading, (self.known[heading],), otherwise="extra")
        if len(self.makes) >= self.own.room:
            return Column(heading, extra=heading)
        type_ = self._type(texts, whole=seen[heading].whole)
        key = free_key(key_of(heading) or "field", self.keys)
        self.keys.add(key)
        name = own_name(rows, key, rows)
        self.makes[name] = NewField(type_, self.labels[heading], choices_in(texts, type_))
        return Column(heading, (name,), otherwise="extra")

    def _type(self, texts: list[str], *, whole: bool) -> str:
        mapping = self.mapping
        found = guess_type(texts, language=mapping.language, currency=mapping.currency, order=mapping.dates)
        if found in CHOOSING and not (whole and 0 < len(choices_in(texts, found)) <= MOST):
            return "text"
        return "text" if found == "number" and any(len(text) > 15 for text in texts) else found


def _label(heading: str) -> str:
    """ "NumberofLocations__c" is how a system names a field of its customer's own."""
    bare = heading.removesuffix("__c").removesuffix("__s")
    return " ".join(bare.replace("_", " ").split())[:LABEL].strip() or heading[:LABEL].strip()


def _labels(headings: Sequence[str]) -> dict[str, str]:
    """Heading → what its field is called, each otherwise, and the same whatever the order of the columns."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for heading in sorted(headings, key=lambda heading: (heading != _label(heading), heading)):
        label = _label(heading)
        tries = (label, *(f"{label[: LABEL - 5].strip()} ({n})" for n in range(2, len(headings) + 2)))
        found[heading] = next(free for free in tries if free not in taken)
        taken.add(found[heading])
    return found


def _known(labels: Table[str, str], own: OwnFields) -> dict[str, str]:
    """Heading → the name of the field there is for it: called so to the letter, else called alike."""
    found = {heading: own.labels[label] for heading, label in labels.items() if label in own.labels}
    used = set(found.values())
    for heading in labels:
        name = own.called.get(squeezed(heading))
        if heading not in found and name is not None and name not in used:
            found[heading] = name
            used.add(name)
    return found


def _placeholders(mapping: Mapping, seen: Table[str, Seen]) -> tuple[str, ...]:
    if mapping.rows == PERSON:
        return ()
    counts: Counter[str] = Counter()
    for column in seen.values():
        counts.update({text: count for text, count in column.texts.items() if _says_nothing(text)})
    known = {text.casefold() for text in mapping.empty}
    return tuple(text for text, count in counts.items() if count >= OFTEN and text.casefold() not in known)


def _says_nothing(text: str) -> bool:
    said = " ".join(words(text))
    return said in PLACEHOLDERS or (said == "none" and text.startswith("-"))


def _country(mapping: Mapping, seen: Table[str, Seen]) -> str:
    """Where most of the phone numbers are dialled, when hardly one is a number at home."""
    columns = [column.heading for column in mapping.columns if {"phone", "mobile"} & set(column.fields)]
    texts = [text for heading in columns if heading in seen for text in seen[heading].texts][:MOST_PHONES]
    fits = {land: sum(phone_problem(text, land) is None for text in texts) for land in (mapping.country, *ABROAD)}
    if not texts or fits[mapping.country] * 2 >= len(texts):
        return mapping.country
    return next((land for land in ABROAD if fits[land] * 5 >= len(texts) * 4), mapping.country)


def _order(mapping: Mapping, seen: Table[str, Seen]) -> str | None:
    return date_order([text for heading in _dated(mapping) if heading in seen for text in seen[heading].texts])


def _dated(mapping: Mapping) -> Iterator[str]:
    fields = FIELDS[mapping.rows]
    for column in mapping.columns:
        if column.entered or any(name in fields and fields[name].kind in ("moment", "day") for name in column.fields):
            yield column.heading


def stages_named(mapping: Mapping, seen: Table[str, Seen]) -> list[str]:
    """The stages its rows stand in or went through, in the words we have for them where we have some."""
    found: dict[str, None] = {}
    for column in mapping.columns:
        if "pipeline_stage" in column.fields and column.heading in seen:
            found |= dict.fromkeys(meant(column.values, text) for text in seen[column.heading].texts)
        if column.entered and mapping.rows != LEAD:
            found[_meant(mapping, column.entered)] = None
    empty = {text.casefold() for text in mapping.empty}
    return [text for text in found if text.casefold() not in empty]


def _meant(mapping: Mapping, stage: str) -> str:
    values = next((c.values for c in mapping.columns if "pipeline_stage" in c.fields), {})
    return meant(values, stage)
