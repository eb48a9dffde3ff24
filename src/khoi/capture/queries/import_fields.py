"""Fields of one's own that the columns of a file fill: those there are, and those the import is to make."""

from collections.abc import Mapping as Table

from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.rules.mapping import Mapping, NewField, key_in
from khoi.custom.models import CustomField
from khoi.custom.queries import own_fields
from khoi.custom.rules import Kind


def fields_filled(mapping: Mapping) -> list[str]:
    """The keys its columns name, each once."""
    return list(dict.fromkeys(key for column in mapping.columns for name in column.fields if (key := key_in(name))))


def fields_of(mapping: Mapping) -> dict[str, CustomField]:
    """Key → the field, also of those that are still to be made: these are not stored, and their words are the codes."""
    found = {key: _described(mapping, key) for key in fields_filled(mapping) if key in mapping.makes}
    there = _there(mapping)
    return found | {key: field for key, field in there.items() if field.archived_at is None}


def kinds_of(mapping: Mapping) -> dict[str, Kind]:
    """Key → what the field takes."""
    return {key: field.kind for key, field in fields_of(mapping).items()}


def _described(mapping: Mapping, key: str) -> CustomField:
    new = mapping.makes[key]
    choices = [{"code": word, "label": word} for word in new.choices]
    currency = mapping.currency if new.type == "money" else ""
    return CustomField(object=mapping.rows, key=key, label=new.label, type=new.type, choices=choices, currency=currency)


def fields_to_make(mapping: Mapping) -> dict[str, NewField]:
    """Those of the mapping that are not there yet. Raises ``ImportRefused`` where a column names a field that is
    neither there nor described, that is archived, or that is of another type than the mapping says."""
    keys = fields_filled(mapping)
    there = _there(mapping)
    for key in keys:
        field, new = there.get(key), mapping.makes.get(key)
        if field is None and new is None:
            raise ImportRefused("unknown_own_field", "mapping", value=key)
        if field is not None and field.archived_at is not None:
            raise ImportRefused("own_field_archived", "mapping", value=field.label)
        if field is not None and new is not None and field.type != new.type:
            raise ImportRefused("own_field_differs", "mapping", value=field.label)
    return {key: mapping.makes[key] for key in keys if key not in there}


def names_of_fields(rows: str) -> dict[str, list[str]]:
    """``custom.<key>`` of the fields in use → what they are called, for recognising a heading."""
    return {field.named: [field.label, field.label_vi, field.key] for field in own_fields(rows)}


def keys_of(rows: str) -> set[str]:
    """Every key that means a field, also of archived ones."""
    return set(CustomField.objects.filter(object=rows).values_list("key", flat=True))


def _there(mapping: Mapping) -> Table[str, CustomField]:
    keys = fields_filled(mapping)
    fields = CustomField.objects.filter(object=mapping.rows, key__in=keys) if keys else ()
    return {field.key: field for field in fields}
