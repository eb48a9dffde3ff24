"""Inputs for the values of custom fields, put into any form, and what was typed into them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from khoi.custom.models import CustomField
from khoi.custom.queries import typed_back, words_of
from khoi.custom.rules import CHOOSING, LONGEST, NotAValue, Value, own_named, read_text
from khoi.kit.money import Money
from khoi.kit.numbers import show_number
from khoi.kit.refusals import Refusal

#: What the inputs are called, before the key.
PREFIX: Final = "custom_"
BETWEEN: Final = ";"


class TypedField(forms.CharField):
    """A line, cleaned to the typed value of its custom field; None when empty."""

    def __init__(self, custom: CustomField, **more: Any) -> None:
        super().__init__(max_length=LONGEST, **more)
        self.custom = custom

    def clean(self, value: Any) -> Value:
        text = str(super().clean(value) or "")
        try:
            return read_text(self.custom.kind, text, get_language() or "vi")
        except NotAValue as wrong:
            raise forms.ValidationError(str(Refusal(wrong.code, self.custom.named, **wrong.data))) from wrong


class ChoiceField(forms.ChoiceField):
    def clean(self, value: Any) -> Value:
        chosen: str = super().clean(value)
        return chosen or None


class YesNoField(forms.ChoiceField):
    def __init__(self, **more: Any) -> None:
        super().__init__(choices=[("", "–"), ("yes", _("Yes")), ("no", _("No"))], **more)

    def clean(self, value: Any) -> Value:
        return {"yes": True, "no": False}.get(super().clean(value))


class ChoicesField(forms.MultipleChoiceField):
    """Boxes, cleaned to the codes that are ticked. What the form showed comes back as one text."""

    widget = forms.CheckboxSelectMultiple
    hidden_widget = forms.HiddenInput  # one for all, so that a page can write it

    def __init__(self, custom: CustomField, **more: Any) -> None:
        super().__init__(**more)
        self.custom = custom

    def to_python(self, value: Any) -> list[str]:
        return super().to_python([part for part in value.split(BETWEEN) if part] if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        return self.to_python(value)

    def clean(self, value: Any) -> Value:
        ticked = super().clean(value)
        return tuple(code for code in self.custom.kind.choices if code in ticked) or None


def add_fields(
    form: forms.Form,
    fields: Iterable[CustomField],
    values: Mapping[str, Value] | None = None,
    *,
    prefix: str = PREFIX,
    adding: bool = False,
) -> dict[str, str]:
    """Put an input for each of the fields behind those of the form, showing ``values``. Returns what the form shows,
    by name of the input, to be sent along as ``initial-…``. ``adding``: what must be asked is needed."""
    shown: dict[str, str] = {}
    for field in fields:
        name, value = f"{prefix}{field.key}", (values or {}).get(field.key)
        made = input_for(field, value)
        made.custom = field  # type: ignore[attr-defined]  # for the words of a clash
        made.required = adding and field.asked == "required"
        made.show_hidden_initial = bool(getattr(form, "against_shown", False))
        form.fields[name] = made
        shown[name] = as_typed(field, value)
    form.initial = {**(form.initial or {}), **shown}
    return shown


def input_for(field: CustomField, value: Value = None) -> forms.Field:
    """The input, in the language of the page. A choice that is closed is offered only where it stands."""
    language = get_language() or "en"
    label: dict[str, Any] = {"label": field.name(language), "required": False}
    if field.type in CHOOSING:
        there = value if isinstance(value, tuple) else (value,)
        names = field.choice_names(language)
        open_ = [(code, name) for code, name in names.items() if code not in field.kind.closed or code in there]
        if field.type == "multi_choice":
            return ChoicesField(field, choices=open_, **label)
        return ChoiceField(choices=[("", "–"), *open_], **label)
    if field.type == "yes_no":
        return YesNoField(**label)
    return TypedField(field, widget=_widget(field), help_text=_hint(field), **label)


def _widget(field: CustomField) -> forms.Widget:
    if field.type == "date":
        return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    modes = {"number": "decimal", "link": "url"}
    return forms.TextInput(attrs={"inputmode": modes[field.type]} if field.type in modes else {})


def _hint(field: CustomField) -> str:
    if field.type == "money":
        return gettext("Like 320 million, or 1.2 billion")
    return gettext("Begins with https://") if field.type == "link" else ""


def as_typed(field: CustomField, value: Value) -> str:
    """The value as it stands in its input."""
    language = (get_language() or "vi")[:2]
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return show_number(value, language)
        case int():
            return show_number(Money(value, field.currency).major, language)
        case tuple():
            return BETWEEN.join(value)
        case str():
            return value
    return value.isoformat()


def filled_in(form: forms.Form, *, prefix: str = PREFIX) -> dict[str, Value]:
    """Key → value of every input that holds one."""
    said = _typed(form, prefix)
    return {key: value for key, value in said.items() if value is not None}


def typed_over(form: forms.Form, *, prefix: str = PREFIX) -> dict[str, Value]:
    """Key → value of the inputs somebody changed."""
    touched = set(form.changed_data)
    return {key: value for key, value in _typed(form, prefix).items() if f"{prefix}{key}" in touched}


def _typed(form: forms.Form, prefix: str) -> dict[str, Value]:
    names = [name for name in form.fields if name.startswith(prefix) and name in form.cleaned_data]
    return {name.removeprefix(prefix): form.cleaned_data[name] for name in names}


def form_name(named: str) -> str:
    """The input of ``custom.<key>`` or ``person.custom.<key>``; any other name is its own."""
    return named.replace(".", "_") if own_named(named) else named


def clash_words(form: forms.Form, named: str, value: object) -> object:
    """A value of ``custom.<key>`` that clashes, as people read it; those of other fields as they are."""
    field = getattr(form.fields.get(form_name(named)), "custom", None)
    if not isinstance(field, CustomField):
        return value
    return words_of(field, typed_back(field, value)) or "–"
