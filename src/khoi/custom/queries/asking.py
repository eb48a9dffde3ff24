"""Custom fields as conditions name them, what stands in them for a condition, and the rows one finds them in."""

from collections.abc import Iterable, Mapping

from django.db import models
from django.utils.translation import get_language

from khoi.custom.models import CustomField, link_of, live, values_model
from khoi.custom.queries.reading import values_of
from khoi.custom.rules import PREFIX, Value, named_in
from khoi.kit.conditions import Condition, Field, fields_of
from khoi.kit.conditions.sql import Rows


def fields_for(record: "type[models.Model]", *, archived: bool = False) -> dict[str, Field]:
    """``custom.<key>`` → the field, named in the language of the page. ``archived`` ones too for a rule that is in
    force: it must stay readable."""
    language = get_language() or "en"
    found = CustomField.objects.filter(object=link_of(values_model(record))).order_by("position", "id")
    return {
        field.named: field.in_conditions(language) for field in (found if archived else found.filter(archived_at=None))
    }


def fields_named(record: "type[models.Model]", rules: object) -> dict[str, Field]:
    """The fields that these rules (as JSON) name; most name none, and then nothing is asked of the database."""
    return fields_for(record, archived=True) if named_in(rules) else {}


def values_asked(records: Iterable[models.Model], conditions: Iterable[Condition]) -> dict[int, dict[str, Value]]:
    """Record id → ``custom.<key>`` → value, of the fields these conditions ask for. Two queries, none where they ask
    for none."""
    records = list(records)
    keys = {name.removeprefix(PREFIX) for one in conditions for name in fields_of(one) if name.startswith(PREFIX)}
    if not keys or not records:
        return {}
    object_ = link_of(values_model(records[0]))
    fields = list(CustomField.objects.filter(object=object_, key__in=keys))
    found = values_of(records, fields) if fields else {}
    return {pk: {f"{PREFIX}{key}": value for key, value in theirs.items()} for pk, theirs in found.items()}


def columns_for(record: "type[models.Model]", fields: Iterable[CustomField]) -> Mapping[str, Rows]:
    """``custom.<key>`` → where its values are."""
    model = values_model(record)
    return {field.named: rows_of(model, field) for field in fields}


def rows_of(model: type[models.Model], field: CustomField) -> Rows:
    return Rows(live(model).filter(field=field.pk), f"{link_of(model)}_id", field.column)


def label_of(record: "type[models.Model]", named: str) -> str:
    """What people call ``custom.<key>``, in the language of the page; the name itself when there is none."""
    fields = fields_for(record, archived=True) if named.startswith(PREFIX) else {}
    return str(fields[named].label) if named in fields else named
