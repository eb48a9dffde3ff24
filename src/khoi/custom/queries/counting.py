"""How much stands in the fields, and in which order they come."""

from django.db.models import Count

from khoi.custom.models import COLUMNS, CustomField, live, table_of


def counts_of(object_: str) -> dict[int, int]:
    """Field id → how many records have a value in it. One query for each column that is in use."""
    model, link = table_of(object_)
    columns: dict[str, list[int]] = {}
    for pk, type_ in CustomField.objects.filter(object=object_).values_list("pk", "type"):
        columns.setdefault(COLUMNS[type_], []).append(pk)
    found: dict[int, int] = {}
    for column, fields in columns.items():
        filled = live(model).filter(field__in=fields, **{f"{column}__isnull": False})
        found |= dict(
            filled.order_by().values("field").annotate(n=Count(link, distinct=True)).values_list("field", "n")
        )
    return found


def place_for(field: CustomField, *, up: bool) -> CustomField | None:
    """Before which field it comes when it moves one place; None for the end."""
    others = list(CustomField.objects.of(field.object))
    place = next((at for at, one in enumerate(others) if one.pk == field.pk), 0)
    if up:
        return others[max(place - 1, 0)] if place else (others[1] if len(others) > 1 else None)
    return others[place + 2] if place + 2 < len(others) else None
