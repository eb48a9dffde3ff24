"""The values of many records in one query, and values that somebody gave, by the key of their field."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.db import models

from khoi.custom.models import AskedWhen, CustomField, CustomValue, link_of, live, values_model
from khoi.custom.rules import NotAValue, Value, as_json, read_json
from khoi.kit.db.asking import question, records, records_by
from khoi.kit.numbers import from_column
from khoi.kit.refusals import Refusal

#: What is read of a row.
READ = ("slot", "text", "number", "day", "yes", "code")


def own_fields(record: "type[models.Model] | models.Model | str", *, adding: bool = False) -> list[CustomField]:
    """The fields of such records in use, in their order; when ``adding`` one, those a page asks for."""
    found = CustomField.objects.of(record)
    return list(found.exclude(asked=AskedWhen.NEVER) if adding else found)


def values_of(
    records: Iterable[models.Model], fields: Iterable[CustomField] | None = None
) -> dict[int, dict[str, Value]]:
    """Record id → key → value, of the fields in use (or of ``fields``); what has no value is left out."""
    records = list(records)
    return values_in(values_model(records[0]), [record.pk for record in records], fields) if records else {}


def values_in(
    model: type[CustomValue], ids: Iterable[int], fields: Iterable[CustomField] | None = None
) -> dict[int, dict[str, Value]]:
    """The same of records whose ids are known."""
    link = f"{link_of(model)}_id"
    known = {field.pk: field for field in (_in_use(model) if fields is None else fields)}
    found: dict[int, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in records(model, _asking_live(model, len(known)), ids, *known) if known else ():
        found[getattr(row, link)][row.field_id].append(row)
    return {pk: _compose(theirs, known) for pk, theirs in found.items()}


def _in_use(model: type[CustomValue]) -> list[CustomField]:
    return [field for field in records_by(CustomField, "object", [link_of(model)]) if field.archived_at is None]


@cache
def _asking_live(model: type[CustomValue], fields: int) -> str:
    """Values of some records, then of so many fields."""
    rows = live(model).filter(**{f"{link_of(model)}__in": [0]}).filter(field__in=range(fields))
    return question(rows.order_by("id"))[0].replace("(%s)", "({ids})", 1)


def _compose(rows: Mapping[int, list[Any]], fields: Mapping[int, CustomField]) -> dict[str, Value]:
    said = {fields[pk].key: value_in(fields[pk], some) for pk, some in rows.items()}
    return {key: value for key, value in said.items() if value is not None}


def value_in(field: CustomField, rows: Iterable[Any]) -> Value:
    """The value that the rows of one field and record hold; rows or anything that has their columns."""
    if field.type == "multi_choice":
        chosen = {row.code for row in rows if row.code}
        return tuple(code for code in field.kind.choices if code in chosen) or None
    return next((_value(field, row) for row in rows), None)


def _value(field: CustomField, row: Any) -> Value:
    if field.type == "number":
        return None if row.number is None else from_column(row.number)
    column = {"money": "number", "date": "day", "choice": "code", "yes_no": "yes"}.get(field.type, "text")
    found: Value = getattr(row, column)
    return found


def read_values(record: "type[models.Model] | models.Model", raw: Mapping[str, object]) -> dict[str, Value]:
    """What a program sent under ``custom``, typed. Raises ``Refusal`` with ``custom.<key>`` as its field."""
    known = {field.key: field for field in CustomField.objects.of(record)} if raw else {}
    return {key: _typed(key, known.get(key), value) for key, value in raw.items()}


def typed_back(field: CustomField, raw: object) -> Value:
    """The value that its JSON form stands for; None for what is none."""
    try:
        return read_json(field.kind, raw)
    except NotAValue:
        return None


def _typed(key: str, field: CustomField | None, raw: object) -> Value:
    if field is None:
        raise Refusal("unknown_field", f"custom.{key}", value=key)
    try:
        return read_json(field.kind, raw)
    except NotAValue as wrong:
        raise Refusal(wrong.code, field.named, **wrong.data) from wrong


def field_named(record: "type[models.Model] | models.Model | str", named: str) -> CustomField | None:
    """The field in use that ``custom.<key>`` means, if that is what it says."""
    prefix, dot, key = named.partition(".")
    if not dot or prefix != "custom":
        return None
    return CustomField.objects.of(record).filter(key=key).first()


def told_of(records: Iterable[models.Model]) -> dict[int, dict[str, object]]:
    """Record id → key → value as JSON has it, for programs."""
    return {pk: {key: as_json(value) for key, value in theirs.items()} for pk, theirs in values_of(records).items()}
