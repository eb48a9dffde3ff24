"""Fields of one's own that the columns of a file fill: those there are, and those the import is to make."""

from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.rules.mapping import FILLED, Mapping, NewField, OwnTarget, own_name, own_target
from khoi.custom.models import CustomField
from khoi.custom.queries import own_fields
from khoi.custom.rules import Kind
from khoi.kit.db.asking import records_by


def fields_filled(mapping: Mapping) -> dict[str, OwnTarget]:
    """The names its columns have for such fields, each once, and what they mean."""
    names = dict.fromkeys(name for column in mapping.columns for name in column.fields)
    return {name: target for name in names if (target := own_target(name, mapping.rows))}


def fields_of(mapping: Mapping) -> dict[str, CustomField]:
    """Name → the field, also of those still to be made: these are not stored, and their words are the codes."""
    targets = fields_filled(mapping).items()
    found = {name: _described(mapping, name, target) for name, target in targets if name in mapping.makes}
    there = _there(mapping)
    return found | {name: field for name, field in there.items() if field.archived_at is None}


def kinds_of(mapping: Mapping) -> dict[str, Kind]:
    """Name → what the field takes."""
    return {name: field.kind for name, field in fields_of(mapping).items()}


def _described(mapping: Mapping, name: str, target: OwnTarget) -> CustomField:
    new = mapping.makes[name]
    choices = [{"code": word, "label": word} for word in new.choices]
    currency = mapping.currency if new.type == "money" else ""
    return CustomField(
        object=target.object, key=target.key, label=new.label, type=new.type, choices=choices, currency=currency
    )


def fields_to_make(mapping: Mapping) -> dict[str, NewField]:
    """By name those of the mapping that are not there yet. Raises ``ImportRefused`` where a column names a field that
    is neither there nor described, that is archived, or that is of another type than the mapping says."""
    names = list(fields_filled(mapping))
    there = _there(mapping)
    for name in names:
        field, new = there.get(name), mapping.makes.get(name)
        if field is None and new is None:
            raise ImportRefused("unknown_own_field", "mapping", value=name)
        if field is not None and field.archived_at is not None:
            raise ImportRefused("own_field_archived", "mapping", value=field.label)
        if field is not None and new is not None and field.type != new.type:
            raise ImportRefused("own_field_differs", "mapping", value=field.label)
    return {name: mapping.makes[name] for name in names if name not in there}


def names_of_fields(rows: str) -> dict[str, list[str]]:
    """The name of each field in use → what it is called, for recognising a heading. Of two that are called alike the
    later one is meant, so the nearest come last."""
    fields = [field for object_ in reversed(FILLED[rows]) for field in own_fields(object_)]
    return {own_name(field.object, field.key, rows): [field.label, field.label_vi, field.key] for field in fields}


def keys_of(rows: str) -> set[str]:
    """Every key that means a field, also of archived ones."""
    return set(CustomField.objects.filter(object=rows).values_list("key", flat=True))


def _there(mapping: Mapping) -> dict[str, CustomField]:
    names = {target: name for name, target in fields_filled(mapping).items()}
    keys = {target.key for target in names}
    found = {OwnTarget(field.object, field.key): field for field in records_by(CustomField, "key", keys)}
    return {name: found[target] for target, name in names.items() if target in found}
