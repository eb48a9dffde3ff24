"""What all forms share, and the form of the gallery: one field of each kind."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def add_clash(form: forms.Form, name: str, *, mine: Any, theirs: Any, base: Any) -> None:
    """Say at the field that somebody changed it meanwhile, with the three values side by side (``field_says.html``).
    What was typed stays; sent again it wins."""
    if name not in form.fields:
        form.add_error(None, _("Somebody changed this meanwhile. Look at it, then save again."))
        return
    field = form.fields[name]
    words = {"mine": mine, "theirs": theirs, "base": base}
    field.clash = {side: shown(field, value) or "–" for side, value in words.items()}  # type: ignore[attr-defined]
    form.add_error(name, _("Somebody changed this meanwhile. Save again to keep yours."))


def shown(field: forms.Field, value: Any) -> str:
    """A stored value in the words of its field."""
    if isinstance(field, forms.ModelChoiceField):
        return str(field.queryset.filter(pk=value).first() or field.empty_label) if field.queryset is not None else ""
    if isinstance(value, list):
        return ", ".join(shown(field, each) for each in value)
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return str(next((label for code, label in choices if code == value), value))
    return "" if value is None else str(value)


class SampleForm(forms.Form):
    """Every kind of control a page may hold; nothing is ever saved from it."""

    name = forms.CharField(label=_("Full name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = forms.RegexField(
        label=_("Phone"),
        regex=r"^0\d{9}$",
        error_messages={"invalid": _("One digit is missing; mobile numbers have 10")},
    )
    seats = forms.ChoiceField(label=_("Seats"), choices=[("s", "1–20"), ("m", "20–50"), ("l", "51–200")])
    need = forms.CharField(
        label=_("What do you need?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A sentence is enough"),
    )
    channel = forms.ChoiceField(
        label=_("How may we reach you?"),
        choices=[("phone", _("Phone")), ("email", _("Email"))],
        widget=forms.RadioSelect,
    )
    agree = forms.BooleanField(label=_("Call and email me about this request. I can withdraw at any time."))
