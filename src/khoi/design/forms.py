"""The form of the gallery: one field of each kind."""

from django import forms
from django.utils.translation import gettext_lazy as _


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
