"""What is asked before somebody is erased."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from khoi.kit.fold import fold

REASONS: Final = (
    ("asked", _("They asked for it")),
    ("consent_withdrawn", _("They withdrew their consent")),
    ("purpose_ended", _("The purpose has ended")),
    ("retention_over", _("It was kept long enough")),
)


class EraseForm(forms.Form):
    """The name has to be typed as it is shown; accents and capitals may be left out."""

    reason = forms.ChoiceField(label=_("Why"), choices=REASONS)
    name = forms.CharField(label=_("Type the name to confirm"), widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, name: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.wanted = name
        self.fields["name"].help_text = name

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if fold(typed).split() != fold(self.wanted).split():
            raise forms.ValidationError(_("This is not the name. Nothing was erased."), code="other_name")
        return typed
