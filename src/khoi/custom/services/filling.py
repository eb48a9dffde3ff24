"""Writing what stands in the fields of records."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import models

from khoi.custom.models import CustomField, CustomValue, link_of, live, object_of, values_model
from khoi.custom.rules import LONGEST, Value
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.db.asking import held, records, records_by
from khoi.kit.db.writing import insert_rows, update_rows
from khoi.kit.fold import fold
from khoi.kit.numbers import to_column
from khoi.kit.refusals import Refusal

#: The columns a value may stand in.
COLUMNS: Final = ("text", "folded", "number", "day", "yes", "code")
Columns = dict[str, Any]

_FIELDS: Final = "select * from custom_field where key in ({ids}) and object = %s and archived_at is null"


def set_values(record: models.Model, values: Mapping[str, Value], *, by: Actor, now: datetime) -> None:
    """``values``: key → typed value (see ``queries.read_values``), None empties. What is not named stays, and what
    stands there already is not written again."""
    if values:
        with history.act("set_values", by=by, now=now, subject=record):
            # Of two at the same moment the second waits here, or both would make the row of a field.
            held(type(record), record.pk)
            fill_many({record: values})


def fill_many(values: Mapping[models.Model, Mapping[str, Value]]) -> set[int]:
    """The same for many stored records of one kind, inside an open act. Ids of the records that changed."""
    wanted = {record: dict(theirs) for record, theirs in values.items() if theirs}
    if not wanted:
        return set()
    model = values_model(next(iter(wanted)))
    fields = _known(next(iter(wanted)), {key for theirs in wanted.values() for key in theirs})
    rows = _rows(model, wanted, fields.values())
    new: list[CustomValue] = []
    stale: list[CustomValue] = []
    for record, theirs in wanted.items():
        for key, value in theirs.items():
            _put(model, record, fields[key], value, rows, new, stale)
    insert_rows(new)
    update_rows(stale, COLUMNS)
    return {getattr(row, f"{link_of(model)}_id") for row in (*new, *stale)}


def _known(record: models.Model, keys: set[str]) -> dict[str, CustomField]:
    found = {field.key: field for field in records(CustomField, _FIELDS, keys, object_of(record))}
    if unknown := sorted(keys - found.keys()):
        raise Refusal("unknown_field", f"custom.{unknown[0]}", value=unknown[0])
    return found


def _rows(
    model: type[CustomValue], among: Iterable[models.Model], fields: Iterable[CustomField]
) -> dict[tuple[int, int], dict[str, CustomValue]]:
    """(record id, field id) → slot → row."""
    link, ids, wanted = link_of(model), [record.pk for record in among], {field.pk for field in fields}
    found: dict[tuple[int, int], dict[str, CustomValue]] = defaultdict(dict)
    rows: Iterable[CustomValue]
    if len(ids) == 1:  # few rows, and the question is kept
        rows = [row for row in records_by(model, link, ids) if getattr(row, "absorbed_into_id", None) is None]
    else:
        rows = live(model).filter(**{f"{link}__in": ids, "field__in": wanted})
    for row in rows:
        if row.field_id in wanted:
            found[getattr(row, f"{link}_id"), row.field_id][row.slot] = row
    return found


def _put(
    model: type[CustomValue],
    record: models.Model,
    field: CustomField,
    value: Value,
    rows: dict[tuple[int, int], dict[str, CustomValue]],
    new: list[CustomValue],
    stale: list[CustomValue],
) -> None:
    there = rows[record.pk, field.pk]
    goal = _slots(field, value)
    for slot, columns in goal.items():
        if slot not in there:
            new.append(model(**_owner(model, record), field=field, slot=slot, **columns))
    for slot, row in there.items():
        columns = goal.get(slot) or dict.fromkeys(COLUMNS)
        if any(getattr(row, name) != columns[name] for name in COLUMNS):
            for name in COLUMNS:
                setattr(row, name, columns[name])
            stale.append(row)


def _slots(field: CustomField, value: Value) -> dict[str, Columns]:
    """Slot → the columns of its row; nothing for no value."""
    if value is None:
        return {}
    if isinstance(value, tuple):
        return {code: dict.fromkeys(COLUMNS) | {"code": code} for code in value}
    return {"": dict.fromkeys(COLUMNS) | _columns(field, value)}


def _columns(field: CustomField, value: Any) -> Columns:
    if field.type in {"text", "link"}:
        return {"text": value, "folded": fold(value)[:LONGEST]}
    if field.type == "number":
        return {"number": to_column(value)}
    return {{"money": "number", "date": "day", "choice": "code", "yes_no": "yes"}[field.type]: value}


def _owner(model: type[CustomValue], record: models.Model) -> dict[str, Any]:
    """The record, and the person it speaks of, who is remembered with each value for an erasure."""
    link = link_of(model)
    named: dict[str, Any] = {link: record}
    if link != "person" and any(field.name == "person" for field in model._meta.concrete_fields):
        named["person_id"] = getattr(record, "person_id")  # noqa: B009 - not every record has one
    return named
