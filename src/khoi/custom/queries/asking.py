"""Custom fields as conditions name them, and the rows a condition finds them in."""

from collections.abc import Iterable, Mapping

from django.db import models
from django.utils.translation import get_language

from khoi.custom.models import CustomField, link_of, live, values_model
from khoi.kit.conditions import Field
from khoi.kit.conditions.sql import Rows


def fields_for(record: "type[models.Model]") -> dict[str, Field]:
    """``custom.<key>`` → the field, named in the language of the page. Archived ones too: a rule that was published
    with one must still be readable."""
    language = get_language() or "en"
    found = CustomField.objects.filter(object=link_of(values_model(record))).order_by("position", "id")
    return {field.named: field.in_conditions(language) for field in found}


def columns_for(record: "type[models.Model]", fields: Iterable[CustomField]) -> Mapping[str, Rows]:
    """``custom.<key>`` → where its values are."""
    model = values_model(record)
    return {field.named: rows_of(model, field) for field in fields}


def rows_of(model: type[models.Model], field: CustomField) -> Rows:
    return Rows(live(model).filter(field=field.pk), f"{link_of(model)}_id", field.column)
