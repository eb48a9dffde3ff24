"""History in words: verbs, doors, and each value as people read it."""

import json
from typing import Any

from django import template
from django.utils.translation import gettext as _

from khoi.design.templatetags import formats
from khoi.history.models import Act
from khoi.timemachine.queries.telling import Value
from khoi.timemachine.queries.words import door_words, table_words, verb_words

register = template.Library()


@register.filter
def verb(act: Act) -> str:
    """What was done."""
    return verb_words(act.verb)


@register.filter
def who(act: Act) -> str:
    """Who did it; strangers at a form have no name."""
    return act.actor_label or _("A visitor")


@register.filter
def door(act: Act) -> str:
    return door_words(act.via)


@register.filter
def row_kind(table: str) -> str:
    """What one row of a table is."""
    return table_words(table)


@register.filter
def reasons(act: Act) -> list[tuple[str, Any]]:
    """What the act says of its why, as pairs. Codes and ids, never a person's words."""
    return [(name.replace("_", " "), _plain(value)) for name, value in json.loads(act.why).items()]


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


@register.filter
def reads(value: Value) -> str:
    """A value as people read it."""
    if value.kind == "money":
        return formats.money_full(value.raw, value.currency)
    if value.kind == "yes_no":
        return _("yes") if value.raw else _("no")
    if value.kind == "moment":
        return formats.moment(value.raw)
    if value.kind == "day":
        return formats.full_day(value.raw)
    if value.kind == "number":
        return formats.number(value.raw)
    return {"empty": "–", "hidden": "…"}.get(value.kind) or str(value.raw)
