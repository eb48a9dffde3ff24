"""What may be typed about a field of one's own."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from khoi.custom.models import AskedWhen, CustomField, FieldType


class _FieldForm(forms.Form):
    label = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    label_vi = forms.CharField(label=_("Name in Vietnamese"), max_length=80, required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["in_lists"] = forms.BooleanField(
            label=_("Show it in the list, as a column and a filter"), required=False
        )
        self.fields["asked"] = forms.ChoiceField(label=_("Ask for it when one is added"), choices=AskedWhen.choices)
        if (get_language() or "").startswith("vi"):
            self.order_fields(["label_vi", "label"])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not (said.get("label") or said.get("label_vi")):
            first = next(iter(self.fields))
            self.add_error(first, self.fields[first].error_messages["required"])
        return said


class NewForm(_FieldForm):
    """A new field. ``choices``: one a line, the Vietnamese behind a bar."""

    type = forms.ChoiceField(label=_("What stands in it"), choices=FieldType.choices)
    choices = forms.CharField(
        label=_("Choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, for fields with choices. In two languages: Own warehouse | Kho nhà"),
    )

    def values(self) -> dict[str, Any]:
        """What ``add_field`` takes."""
        said = dict(self.cleaned_data)
        return {**said, "choices": choices_of(said["choices"])}


class ChangeForm(_FieldForm):
    """The names of a field and of its choices; kind and key stay what they are."""

    def __init__(self, field: CustomField, data: Any = None) -> None:
        shown: dict[str, Any] = {name: getattr(field, name) for name in ("label", "label_vi", "in_lists", "asked")}
        super().__init__(data, initial=shown)
        self.codes = [choice["code"] for choice in field.choices]
        for choice in field.choices:
            code = choice["code"]
            both = {"name": choice["label"]}
            self._add(
                f"choice_{code}", forms.CharField(label=_("Choice “%(name)s”") % both, max_length=80), choice["label"]
            )
            self._add(
                f"choice_vi_{code}",
                forms.CharField(label=_("“%(name)s” in Vietnamese") % both, max_length=80, required=False),
                choice.get("label_vi", ""),
            )
            self._add(
                f"open_{code}",
                forms.BooleanField(label=_("Offer “%(name)s”") % both, required=False),
                not choice.get("closed", False),
            )
        if field.choices:
            more = forms.CharField(label=_("More choices"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
            more.help_text = _("One a line. In two languages: Own warehouse | Kho nhà")
            self._add("more", more, "")

    def _add(self, name: str, field: forms.Field, shown: Any) -> None:
        self.fields[name] = field
        self.initial[name] = shown

    def changes(self) -> dict[str, Any]:
        """What ``edit_field`` takes."""
        said = self.cleaned_data
        found = {name: said[name] for name in ("label", "label_vi", "in_lists", "asked")}
        found["label"] = found["label"] or found["label_vi"]
        if not self.codes:
            return found
        known = [
            {
                "code": code,
                "label": said[f"choice_{code}"],
                "label_vi": said[f"choice_vi_{code}"],
                "closed": not said[f"open_{code}"],
            }
            for code in self.codes
        ]
        return {**found, "choices": [*known, *choices_of(said["more"])]}


def choices_of(text: str) -> list[dict[str, str]]:
    """ "Own | Kho nhà" line by line; a line without a bar is said in both languages."""
    return [_choice(line) for line in text.splitlines() if line.strip(" |")]


def _choice(line: str) -> dict[str, str]:
    first, _bar, second = (part.strip() for part in line.partition("|"))
    return {"label": first or second, "label_vi": second}
