"""Custom fields of a record on its page."""

from typing import Any

from django import template
from django.db import models

from khoi.custom.queries import standing_in

register = template.Library()


@register.inclusion_tag("custom/chips.html")
def own_chips(own: Any) -> dict[str, Any]:
    """``{% own_chips own %}``: a filter for each custom field of the list."""
    return {"own": own}


@register.inclusion_tag("custom/order.html")
def own_order(own: Any) -> dict[str, Any]:
    """The order by a custom field, for a form that asks anew in the same order."""
    return {"own": own}


@register.inclusion_tag("custom/heads.html")
def own_heads(own: Any) -> dict[str, Any]:
    return {"own": own}


@register.inclusion_tag("custom/cells.html")
def own_cells(own: Any, record: models.Model) -> dict[str, Any]:
    """``{% own_cells own lead %}``: the cells of its row, as many as there are heads."""
    return {"standings": own.cells.get(record.pk, ())}


@register.inclusion_tag("custom/pairs.html")
def custom_fields(*records: models.Model) -> dict[str, Any]:
    """``{% custom_fields lead person %}``: a section with what stands in their own fields; nothing without any."""
    return {"standings": [one for record in records for one in standing_in(record) if one.words]}
