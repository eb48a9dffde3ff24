"""Custom fields in a list: read from its address, shown as chips that change it, as columns, and as the order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import get_language, gettext

from khoi.custom.models import CustomField
from khoi.custom.queries import (
    Standing,
    answering,
    joined,
    matching,
    one_by_one,
    own_fields,
    sorts,
    standings,
    words_of,
)
from khoi.custom.rules import CHOOSING, NotAValue, Value, as_json, read_text
from khoi.kit.addresses import address
from khoi.kit.fold import fold

#: What of an address is about custom fields: ``own.<key>``, for spans with ``.from`` and ``.to`` behind it.
PREFIX: Final = "own."
SPANNING: Final = frozenset({"number", "money", "date"})
LONGEST: Final = 100

Rows = TypeVar("Rows", bound="QuerySet[Any]")


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Input:
    """A line of a chip: what it is called in the address, its label, and what stands in it."""

    name: str
    label: str
    value: str
    kind: str


@dataclass(frozen=True, slots=True)
class Chip:
    """One field to filter by. ``said``: what it asks in words, "" for nothing; ``without``: the address then."""

    key: str
    label: str
    said: str
    options: tuple[Option, ...]
    inputs: tuple[Input, ...]
    single: bool
    without: str


@dataclass(frozen=True, slots=True)
class Head:
    """A column. ``url`` sorts by it, "" when it cannot; ``standing``: ascending, descending or ""."""

    label: str
    url: str
    standing: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class OwnList:
    """What a list does with the fields of its objects. ``asks`` are conditions for the database, ``counts`` the same
    ones in the form that counts quickly; each is a filter of its own. ``sort`` is the field it goes by, if any.
    ``cells``: record id → what stands in its row, of the records the list has been put ``beside``. ``alone``: a value
    for each record that answers, where one field alone is asked for."""

    fields: tuple[CustomField, ...]
    chips: tuple[Chip, ...]
    heads: tuple[Head, ...]
    asks: tuple[Q, ...]
    counts: tuple[Q, ...]
    sort: CustomField | None
    down: bool
    cells: Mapping[int, Sequence[Standing]]
    alone: "QuerySet[Any] | None" = None

    @property
    def sorted_by(self) -> str:
        """As the address says it."""
        return f"{'-' if self.down else ''}{PREFIX}{self.sort.key}" if self.sort else ""

    def among(self, rows: Rows) -> Rows:
        """Those of the rows that answer what is asked."""
        return _filtered(rows, self.asks)

    def count_among(self, rows: "QuerySet[Any]", most: int) -> int:
        """How many of them there are, at most ``most``."""
        if self.alone is not None and not rows.query.where:
            return self.alone.order_by()[:most].count()
        return _filtered(rows, self.counts).order_by()[:most].count()

    def beside(self, records: Iterable[Model]) -> "OwnList":
        """With the cells of these records, in one query."""
        return replace(self, cells=standings(records, self.fields))


def _filtered(rows: Rows, asks: Iterable[Q]) -> Rows:
    for ask in asks:
        rows = rows.filter(ask)
    return rows


def own_list(model: type[Model], asked: QueryDict, *, now: datetime, zone: ZoneInfo) -> OwnList:
    fields = tuple(field for field in own_fields(model) if field.in_lists)
    chips, asks, counts, alone = [], [], [], []
    for field in fields:
        trees, said = _asked_of(field, asked)
        chips.append(_chip(field, asked, said))
        if trees:
            all_of = matching(model, {"all": trees}, fields, now=now, zone=zone)
            asks.append(one_by_one(model, trees, field) or all_of)
            counts.append(joined(model, trees, field) or all_of)
            alone.append(answering(model, trees, field))
    wanted = asked.get("sort", "")
    sort = next((field for field in fields if sorts(field) and f"{PREFIX}{field.key}" == wanted.lstrip("-")), None)
    down = sort is not None and wanted.startswith("-")
    heads = tuple(_head(field, asked, sort, down) for field in fields)
    return OwnList(
        fields, tuple(chips), heads, tuple(asks), tuple(counts), sort, down, {}, alone[0] if len(alone) == 1 else None
    )


def _asked_of(field: CustomField, asked: QueryDict) -> tuple[list[dict[str, object]], str]:
    """Conditions on the field, and what they ask in words. What cannot be read asks nothing."""
    name = f"{PREFIX}{field.key}"
    if field.type in CHOOSING:
        names = field.choice_names(get_language() or "en")
        codes = [code for code in names if code in asked.getlist(name)]
        said = ", ".join(names[code] for code in codes)
        return ([_leaf(field, "in", codes)] if codes else []), said
    if field.type == "yes_no":
        value = {"yes": True, "no": False}.get(asked.get(name, ""))
        return ([] if value is None else [_leaf(field, "eq", value)]), words_of(field, value)
    if field.type in SPANNING:
        return _span(field, asked)
    text = asked.get(name, "")[:LONGEST].replace("\0", "").strip()
    return ([_leaf(field, "contains", text)] if _folds(text) else []), text if _folds(text) else ""


def _span(field: CustomField, asked: QueryDict) -> tuple[list[dict[str, object]], str]:
    least, most = (_read(field, asked.get(f"{PREFIX}{field.key}.{end}", "")) for end in ("from", "to"))
    trees = [_leaf(field, "gte", as_json(least))] if least is not None else []
    trees += [_leaf(field, "lte", as_json(most))] if most is not None else []
    words = {"from": words_of(field, least), "to": words_of(field, most)}
    if least is not None and most is not None:
        return trees, gettext("%(from)s to %(to)s") % words
    if least is not None:
        return trees, gettext("from %(from)s") % words
    return trees, gettext("up to %(to)s") % words if most is not None else ""


def _read(field: CustomField, text: str) -> Value:
    try:
        return read_text(field.kind, text[:LONGEST], get_language() or "vi")
    except NotAValue:
        return None


def _leaf(field: CustomField, op: str, value: object) -> dict[str, object]:
    return {"field": field.named, "op": op, "value": value}


def _folds(text: str) -> bool:
    return bool(fold(text))


def _chip(field: CustomField, asked: QueryDict, said: str) -> Chip:
    name = f"{PREFIX}{field.key}"
    chosen = asked.getlist(name)
    return Chip(
        name,
        field.name(get_language() or "en"),
        said,
        tuple(Option(code, label, code in chosen) for code, label in _options(field)),
        tuple(_inputs(field, asked)),
        field.type == "yes_no",
        address(asked, without=[name, f"{name}.from", f"{name}.to"]),
    )


def _options(field: CustomField) -> Sequence[tuple[str, str]]:
    if field.type == "yes_no":
        return [("yes", gettext("Yes")), ("no", gettext("No"))]
    return list(field.choice_names(get_language() or "en").items()) if field.type in CHOOSING else []


def _inputs(field: CustomField, asked: QueryDict) -> list[Input]:
    name = f"{PREFIX}{field.key}"
    if field.type in SPANNING:
        kind = "date" if field.type == "date" else "text"
        ends = (("from", gettext("From")), ("to", gettext("To")))
        return [Input(f"{name}.{end}", label, asked.get(f"{name}.{end}", "")[:LONGEST], kind) for end, label in ends]
    if field.type in CHOOSING or field.type == "yes_no":
        return []
    return [Input(name, gettext("Contains"), asked.get(name, "")[:LONGEST], "text")]


def _head(field: CustomField, asked: QueryDict, sort: CustomField | None, down: bool) -> Head:
    standing = ("descending" if down else "ascending") if sort is not None and sort.pk == field.pk else ""
    other = f"{'' if down or not standing else '-'}{PREFIX}{field.key}"
    url = address(asked, sort=other) if sorts(field) else ""
    return Head(field.name(get_language() or "en"), url, standing, field.type in {"number", "money"})


def own_pairs(asked: QueryDict) -> list[tuple[str, str]]:
    """What of an address is about custom fields, without the order, to be said again in another one."""
    return [(name, value) for name in asked if name.startswith(PREFIX) for value in asked.getlist(name) if value]
