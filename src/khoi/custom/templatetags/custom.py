"""Custom fields of a record on its page."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.db import models

from khoi.custom.queries import Standing, standing_in

register = template.Library()


@register.inclusion_tag("custom/chips.html")
def own_chips(own: Any) -> dict[str, Any]:
    """``{% own_chips own %}``: a filter for each custom field of the list."""
    return {"own": own}


@register.inclusion_tag("custom/heads.html")
def own_heads(own: Any) -> dict[str, Any]:
    return {"own": own}


@register.inclusion_tag("custom/cells.html")
def own_cells(standings: Sequence[Standing]) -> dict[str, Any]:
    """The cells of one row, as many as there are heads."""
    return {"standings": standings}


@register.inclusion_tag("custom/pairs.html")
def custom_fields(*records: models.Model) -> dict[str, Any]:
    """``{% custom_fields lead person %}``: a section with what stands in their own fields; nothing without any."""
    return {"standings": [one for record in records for one in standing_in(record) if one.words]}
