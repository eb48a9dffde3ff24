"""Signs and numbers of what was done."""

from typing import Final

from django import template

from khoi.kit import phones

register = template.Library()

ICONS: Final = {
    "call": "phone",
    "meeting": "cal",
    "visit": "building",
    "email": "mail",
    "sms": "chat",
    "zalo": "chat",
    "task": "task",
    "note": "note",
}


@register.filter
def show_phone(number: str) -> str:
    """0912 345 678."""
    return phones.show_phone(number)


@register.filter
def kind_icon(kind: str) -> str:
    """The icon of a kind of activity."""
    return ICONS.get(kind, "activity")
