"""Changes of values as history recorded them, told as one field from what to what."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from khoi.custom.models import CustomField, CustomValue, link_of
from khoi.custom.queries.reading import READ, value_in
from khoi.custom.rules import Value
from khoi.history.queries import RowChange


@dataclass(frozen=True, slots=True)
class ValueChange:
    """``record``: the id of the record the field is of. Of several choices the one that came or went."""

    field: CustomField
    record: int
    before: Value
    after: Value


def told_changes(changes: Iterable[RowChange]) -> dict[int, ValueChange]:
    """Change id → what it changed, for those that changed a value of a custom field."""
    of_values = [change for change in changes if issubclass(change.model, CustomValue)]
    places = _places(of_values)
    fields = CustomField.objects.in_bulk({field for field, _ in places.values()})
    return {
        change.change_id: ValueChange(
            fields[places[change.change_id][0]],
            places[change.change_id][1],
            _value(fields[places[change.change_id][0]], change, "before"),
            _value(fields[places[change.change_id][0]], change, "after"),
        )
        for change in of_values
        if change.change_id in places and places[change.change_id][0] in fields
    }


def _places(changes: Iterable[RowChange]) -> dict[int, tuple[int, int]]:
    """Change id → (field id, record id): a row that came or went says it, of others the row itself does."""
    found: dict[int, tuple[int, int]] = {}
    standing: dict[Any, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for change in changes:
        link = link_of(change.model)
        said = {f.field: f.after if f.before is None else f.before for f in change.fields}
        if "field" in said and link in said:
            found[change.change_id] = said["field"], said[link]
        else:
            standing[change.model][change.row_id].append(change.change_id)
    for model, rows in standing.items():
        for pk, field, record in model._default_manager.filter(pk__in=rows).values_list(
            "pk", "field_id", f"{link_of(model)}_id"
        ):
            found |= dict.fromkeys(rows[pk], (field, record))
    return found


def _value(field: CustomField, change: RowChange, moment: str) -> Value:
    said = {f.field: getattr(f, moment) for f in change.fields}
    return value_in(field, [SimpleNamespace(**{name: said.get(name) for name in READ})])
