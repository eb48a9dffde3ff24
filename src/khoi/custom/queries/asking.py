"""Custom fields as conditions name them, what stands in them for a condition, and the rows one finds them in.

A lead or a deal is also asked for the fields of the person and the account it speaks of: ``person.custom.<key>``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.db import models
from django.utils.translation import get_language, gettext

from khoi.custom.models import CustomField, beyond, link_of, live, object_of, values_model
from khoi.custom.queries.reading import values_in
from khoi.custom.rules import PREFIX, Value, named_in, own_named
from khoi.kit.conditions import Condition, Field, fields_of
from khoi.kit.conditions.sql import Rows


def fields_for(record: "type[models.Model]", *, archived: bool = False) -> dict[str, Field]:
    """Name → the field, called in the language of the page; those of the record itself first. ``archived`` ones too for
    a rule that is in force: it must stay readable."""
    language = get_language() or "en"
    return {
        called(record, field): replace(
            field.in_conditions(language), key=called(record, field), label=label_beside(record, field, language)
        )
        for field in askable(record, archived=archived)
    }


def askable(record: "type[models.Model]", *, archived: bool = False) -> list[CustomField]:
    """What a condition on such a record may name, in one query."""
    objects = [object_of(record), *beyond(record)]
    found = CustomField.objects.filter(object__in=objects).order_by("position", "id")
    fields = found if archived else found.filter(archived_at=None)
    return sorted(fields, key=lambda field: objects.index(field.object))


def called(record: "type[models.Model] | models.Model", field: CustomField) -> str:
    """What conditions on such a record call the field: ``custom.<key>``, or ``person.custom.<key>`` of another one."""
    return field.named if field.object == object_of(record) else f"{field.object}.{field.named}"


def label_beside(record: "type[models.Model] | models.Model", field: CustomField, language: str) -> str:
    """What people call it beside the fields of such a record, which may be called alike."""
    said = {"name": field.name(language)}
    if field.object == object_of(record):
        return said["name"]
    of_person = field.object == "person"
    return gettext("%(name)s of the person") % said if of_person else gettext("%(name)s of the account") % said


def fields_named(record: "type[models.Model]", rules: object) -> dict[str, Field]:
    """The fields that these rules (as JSON) name; most name none, and then nothing is asked of the database."""
    return fields_for(record, archived=True) if named_in(rules) else {}


def values_asked(records: Iterable[models.Model], conditions: Iterable[Condition]) -> dict[int, dict[str, Value]]:
    """Record id → name → value, of the fields these conditions ask for. A query for the fields and one for each kind of
    record they are of, none where they ask for none."""
    records, wanted = list(records), _wanted(conditions)
    if not wanted or not records:
        return {}
    kinds = {"": object_of(records[0])} | {name: name for name in beyond(records[0])}
    keys = {key for some in wanted.values() for key in some}
    known = CustomField.objects.filter(object__in=[kinds[whose] for whose in wanted.keys() & kinds], key__in=keys)
    found: dict[int, dict[str, Value]] = defaultdict(dict)
    for whose, asked in wanted.items():
        fields = [field for field in known if field.object == kinds.get(whose) and field.key in asked]
        for pk, theirs in _values(records, whose, fields).items():
            found[pk] |= {_name(whose, key): value for key, value in theirs.items()}
    return dict(found)


def _wanted(conditions: Iterable[Condition]) -> dict[str, set[str]]:
    """Whose fields ("" the record's own) → their keys."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in {name for one in conditions for name in fields_of(one)}:
        if (own := own_named(name)) is not None:
            found[own[0]].add(own[1])
    return found


def _values(records: list[models.Model], whose: str, fields: list[CustomField]) -> dict[int, dict[str, Value]]:
    """Record id → key → value, of the record itself or of the one it points at."""
    if not fields:
        return {}
    model = values_model(beyond(records[0])[whose] if whose else records[0])
    ids = {record.pk: getattr(record, f"{whose}_id") if whose else record.pk for record in records}
    values = values_in(model, {pk for pk in ids.values() if pk is not None}, fields)
    return {pk: values[other] for pk, other in ids.items() if other in values}


def _name(whose: str, key: str) -> str:
    return f"{whose}.{PREFIX}{key}" if whose else f"{PREFIX}{key}"


def columns_for(record: "type[models.Model]", fields: Iterable[CustomField]) -> Mapping[str, Rows]:
    """Name → where its values are."""
    return {called(record, field): _rows_beside(record, field) for field in fields if _asks(record, field)}


def _asks(record: "type[models.Model]", field: CustomField) -> bool:
    return field.object == object_of(record) or field.object in beyond(record)


def _rows_beside(record: "type[models.Model]", field: CustomField) -> Rows:
    if field.object == object_of(record):
        return rows_of(values_model(record), field)
    there = rows_of(values_model(beyond(record)[field.object]), field)
    return replace(there, to=f"{field.object}_id")


def rows_of(model: type[models.Model], field: CustomField) -> Rows:
    return Rows(live(model).filter(field=field.pk), f"{link_of(model)}_id", field.column)


def field_asked(record: "type[models.Model] | models.Model", named: str) -> CustomField | None:
    """The field that this name means in a condition on such a record, in use or not."""
    own = own_named(named)
    if own is None or (own[0] and own[0] not in beyond(record)):
        return None
    return CustomField.objects.filter(object=own[0] or object_of(record), key=own[1]).first()


def label_of(record: "type[models.Model]", named: str) -> str:
    """What people call the field of this name, in the language of the page; the name itself when there is none."""
    field = field_asked(record, named)
    return named if field is None else label_beside(record, field, get_language() or "en")
