"""An act as its page shows it: each row with its name, each value as people read it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from khoi.accounts.models import Account
from khoi.custom.models import whole_of
from khoi.custom.queries import ValueChange, told_changes, words_of
from khoi.history.models import CODES, KINDS, Act
from khoi.history.queries import FieldChange, RowChange, changes_of, counts_of, history_of, together
from khoi.leads.fields import label_of
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.people.rules.merging import MERGING
from khoi.pipeline.models import Opportunity
from khoi.team.rules import Principal
from khoi.timemachine.queries.sight import seen_changes
from khoi.timemachine.queries.standing import Model, seen
from khoi.timemachine.queries.words import field_words, row_words, said_words

#: Changes shown of one act. An import has thousands; its result has a page of its own.
SHOWN: Final = 200

#: Fields nobody reads: they never change, or say again what stands beside.
SILENT: Final = frozenset({"public_id", "created_at", "person_ref", "recorded_at", "normal", "digest"})

PAGES: Final[dict[Model, str]] = {
    Lead: "home:lead",
    Person: "home:person",
    Account: "home:account",
    Opportunity: "pipeline:deal",
}


@dataclass(frozen=True, slots=True)
class Value:
    """``kind``: empty, text, number, money (in minor units of ``currency``), day, moment, yes_no, or hidden."""

    kind: str
    raw: Any = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Row:
    """``op``: i came, u changed, d went. ``url`` of its record's page, or empty."""

    op: str
    kind: str
    name: str
    url: str
    lines: tuple[Line, ...]
    erased: bool
    act: Act


@dataclass(frozen=True, slots=True)
class Told:
    """``further``: rows that are not shown, because the reader may not see them or because there are too many."""

    rows: list[Row]
    further: int


@dataclass(frozen=True, slots=True)
class Part:
    """One of the acts that are listed as one: what it was about, as far as the reader sees it."""

    act: Act
    name: str
    url: str
    may_go_alone: bool


def parts_told(act: Act, actor: Principal) -> list[Part]:
    """The act and those that go on with it, at most ``SHOWN``; none when it stands for itself."""
    ids = together(act)[:SHOWN]
    if len(ids) < 2:
        return []
    acts = list(Act.objects.filter(pk__in=ids).order_by("position"))
    about = subjects_of(acts, actor)
    return [Part(one, *about.get(one.pk, ("", "")), one.pk != act.pk or one.verb == MERGING) for one in acts]


def seen_of(act: Act, actor: Principal) -> tuple[list[RowChange], int]:
    """The changes of the act that the actor sees, at most ``SHOWN``, and how many more it made."""
    changes = seen_changes(actor, changes_of(act, first=SHOWN * 2))[:SHOWN]
    return changes, counts_of([act.pk]).get(act.pk, 0) - len(changes)


def public_ids(changes: Iterable[RowChange]) -> dict[tuple[Model, int], UUID]:
    """(table, row) → the id its record is known by outside; also of rows that are gone, from what they held."""
    wanted: dict[Model, set[int]] = defaultdict(set)
    found: dict[tuple[Model, int], UUID] = {}
    for change in changes:
        wanted[change.model].add(change.row_id)
        told = next((_either(f) for f in change.fields if f.field == "public_id"), None)
        if told is not None:
            found[change.model, change.row_id] = told
    for model, ids in wanted.items():
        if any(field.name == "public_id" for field in model._meta.concrete_fields):
            rows = model._base_manager.filter(pk__in=ids).values_list("pk", "public_id")
            found |= {(model, pk): public_id for pk, public_id in rows}
    return found


def tell_act(act: Act, actor: Principal) -> Told:
    changes, further = seen_of(act, actor)
    return Told(tell_rows(changes, actor), further)


def tell_record(record: models.Model, actor: Principal) -> Told:
    """The record's own history, latest first."""
    changes = history_of(record)
    rows = tell_rows(changes[:SHOWN], actor)
    return Told(rows, len(changes) - len(rows))


def tell_rows(
    changes: list[RowChange], actor: Principal, *, then: Mapping[tuple[Model, int], str] | None = None
) -> list[Row]:
    """``then``: names that rows had at an earlier moment, instead of today's."""
    values = told_changes(changes)
    names = _Names(actor, changes, values, then)
    return [
        _row_of_value(change, values[change.change_id], names)
        if change.change_id in values
        else Row(
            op=change.op,
            kind=row_words(change.model),
            name=names.of_row(change),
            url=names.url(change.model, change.row_id),
            lines=tuple(_lines(change, names)),
            erased=change.erased,
            act=change.act,
        )
        for change in changes
    ]


def _row_of_value(change: RowChange, told: ValueChange, names: "_Names") -> Row:
    """What stood in a custom field before and after, told of the record it is a field of."""
    record = whole_of(change.model)
    return Row(
        op="u",
        kind=row_words(change.model),
        name=names.named(record, told.record),
        url=names.url(record, told.record),
        lines=(Line(told.field.name(get_language() or "en"), *_both(told)),),
        erased=change.erased,
        act=change.act,
    )


def _both(told: ValueChange) -> tuple[Value, Value]:
    before, after = (words_of(told.field, value, full=True) for value in (told.before, told.after))
    return (Value("text", before) if before else Value("empty")), (Value("text", after) if after else Value("empty"))


def _lines(change: RowChange, names: "_Names") -> Iterable[Line]:
    currency = names.currency(change)
    for field in change.fields:
        if field.field in SILENT or (change.op != "u" and _empty(_either(field))):
            continue
        made = change.model._meta.get_field(field.field)
        before, after = (_value(made, raw, currency, names) for raw in (field.before, field.after))
        yield Line(field_words(field.field), before, after)


def _either(field: FieldChange) -> Any:
    return field.after if field.before is None else field.before


def _empty(raw: Any) -> bool:
    return raw is None or raw in ("", [], {}, False)


MONEY: Final = frozenset({"amount", "amount_to", "annual_revenue", "budget"})


def _value(field: Any, raw: Any, currency: str, names: "_Names") -> Value:
    if raw is None or raw in ("", [], {}):
        return Value("empty")
    if isinstance(field, models.ForeignKey):
        return names.of_target(field.related_model, raw)
    if field.choices:
        return Value("text", str(dict(field.flatchoices).get(raw, raw)))
    if words := said_words(field.name, raw):
        return Value("text", words)
    if isinstance(raw, bool):
        return Value("yes_no", raw)
    if isinstance(raw, int) and field.name in MONEY:
        return Value("money", raw, currency)
    if isinstance(raw, datetime):
        return Value("moment", raw)
    if isinstance(raw, date):
        return Value("day", raw)
    return Value("number", raw) if isinstance(raw, int) else Value("text", _text(raw))


def _text(raw: Any) -> str:
    if isinstance(raw, str | UUID):
        return str(raw)
    if isinstance(raw, list) and raw and all(isinstance(clause, dict) and clause.get("field") for clause in raw):
        return ", ".join(label_of(str(clause["field"])) for clause in raw)
    return json.dumps(raw, ensure_ascii=False, sort_keys=True)


class _Names:
    """The names of rows and of what they point at, read once per table; what the actor may not see has none."""

    def __init__(
        self,
        actor: Principal,
        changes: list[RowChange],
        values: Mapping[int, ValueChange] | None = None,
        then: Mapping[tuple[Model, int], str] | None = None,
    ) -> None:
        self._actor, self._then = actor, then or {}
        wanted: dict[Model, set[int]] = defaultdict(set)
        for change in changes:
            wanted[change.model].add(change.row_id)
            for model, pk in _targets(change):
                wanted[model].add(pk)
            if values and change.change_id in values:
                wanted[whole_of(change.model)].add(values[change.change_id].record)
        self._rows = {model: self._read(model, ids) for model, ids in wanted.items()}
        people = {row.person_id for row in self._rows.get(Lead, {}).values() if isinstance(row, Lead)}
        self._people = {**self._read(Person, people), **self._rows.get(Person, {})}

    def _read(self, model: Model, ids: set[int]) -> Mapping[int, models.Model]:
        if model not in KINDS or not KINDS[model].recorded:
            return {}
        return {row.pk: row for row in seen(model, self._actor).filter(pk__in=ids)}

    def of_target(self, model: Model, pk: int) -> Value:
        row = self._rows.get(model, {}).get(pk)
        return Value("text", self._then.get((model, pk)) or self._name(row)) if row is not None else Value("hidden")

    def named(self, model: Model, pk: int) -> str:
        row = self._rows.get(model, {}).get(pk)
        return self._name(row) if row is not None else ""

    def of_row(self, change: RowChange) -> str:
        if (change.model, change.row_id) in self._then:
            return self._then[change.model, change.row_id]
        row = self._rows.get(change.model, {}).get(change.row_id)
        if row is not None:
            return self._name(row)
        told = {f.field: _either(f) for f in change.fields}
        return next((str(told[name]) for name in NAMING if told.get(name)), "")

    def _name(self, row: models.Model) -> str:
        if isinstance(row, Lead):
            return self._name_of_person(row.person_id) or row.company_name
        if (translated := getattr(row, "name_vi", "")) and (get_language() or "").startswith("vi"):
            return str(translated)
        if (person := getattr(row, "person_id", None)) and not any(getattr(row, n, "") for n in NAMING):
            return self._name_of_person(person)
        return next((str(getattr(row, name)) for name in NAMING if getattr(row, name, "")), "")

    def _name_of_person(self, pk: int) -> str:
        return str(self._people.get(pk, ""))

    def url(self, model: Model, pk: int) -> str:
        row = self._rows.get(model, {}).get(pk)
        if model not in PAGES or row is None:
            return ""
        try:
            return reverse(PAGES[model], args=[row.public_id])  # type: ignore[attr-defined]
        except NoReverseMatch:
            return ""

    def currency(self, change: RowChange) -> str:
        row = self._rows.get(change.model, {}).get(change.row_id)
        told = next((f.after or f.before for f in change.fields if f.field == "currency"), None)
        return str(told or getattr(row, "currency", "") or "VND")


#: The first of these that a row has is its name.
NAMING: Final = ("full_name", "name", "title", "value", "external_id", "email", "code")


def _targets(change: RowChange) -> Iterable[tuple[Model, int]]:
    for told in change.fields:
        field = change.model._meta.get_field(told.field)
        if isinstance(field, models.ForeignKey):
            yield from ((field.related_model, pk) for pk in (told.before, told.after) if pk)


def subject_of(act: Act, actor: Principal) -> tuple[str, str]:
    """Name and page of what the act was about; empty when it was about nothing, or nothing the actor sees."""
    return subjects_of([act], actor).get(act.pk, ("", ""))


def subjects_of(acts: Iterable[Act], actor: Principal) -> dict[int, tuple[str, str]]:
    """Act id → name and page of its subject, one query per table."""
    about = [a for a in acts if a.subject_tbl in CODES and a.subject_id is not None]
    stand_ins = [
        RowChange(0, a, CODES[a.subject_tbl], a.subject_id, None, "u", (), False)  # type: ignore[arg-type, index]
        for a in about
    ]
    names = _Names(actor, stand_ins)
    return {c.act.pk: (names.of_row(c), names.url(c.model, c.row_id)) for c in stand_ins}
