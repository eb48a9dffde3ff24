"""Quick add: a person and how to reach them are enough."""

from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from khoi.campaigns.models import Source
from khoi.custom.forms import add_fields, filled_in
from khoi.custom.queries import own_fields
from khoi.leads.models import Lead
from khoi.lifecycle.services import Enquiry
from khoi.people.models import Person
from khoi.team.models import User
from khoi.team.rules import Principal

#: What the inputs of a person's own fields are called, before the key.
OF_PERSON: Final = "person_custom_"


class AddForm(forms.Form):
    full_name = forms.CharField(label=_("Name"), max_length=200, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    email = forms.CharField(label=_("Email"), max_length=254, required=False)
    company_name = forms.CharField(label=_("Company"), max_length=200, required=False)
    need = forms.CharField(label=_("What do they need?"), max_length=200, required=False)
    source = forms.ModelChoiceField(
        Source.objects.none(), label=_("Source"), to_field_name="code", required=False, empty_label="–"
    )

    def __init__(self, *args: Any, actor: Principal, check_url: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        self.fields["source"].queryset = Source.objects.visible_to(actor).order_by("id")  # type: ignore[attr-defined]
        self.fields["source"].label_from_instance = lambda one: one.label(language)  # type: ignore[attr-defined]
        looking = {
            "hx-get": check_url,
            "hx-trigger": "input changed delay:300ms",
            "hx-target": "#known",
            "hx-include": "#id_full_name, #id_phone, #id_email",
        }
        for name in ("full_name", "phone", "email"):
            self.fields[name].widget.attrs.update(looking, autocomplete="off")
        self.fields["full_name"].widget.attrs["autofocus"] = True
        self.fields["phone"].widget.attrs["inputmode"] = "tel"
        add_fields(self, own_fields(Lead, adding=True), adding=True)
        add_fields(self, own_fields(Person, adding=True), adding=True, prefix=OF_PERSON)

    @property
    def asked(self) -> list[BoundField]:
        """What the workspace wants to know of each lead and person."""
        return [self[name] for name in self.fields if name not in AddForm.base_fields]

    def enquiry(self, owner: User | None) -> Enquiry:
        typed = self.cleaned_data
        return Enquiry(
            full_name=typed["full_name"],
            phones=(typed["phone"],) if typed["phone"] else (),
            emails=(typed["email"],) if typed["email"] else (),
            company_name=typed["company_name"],
            need=typed["need"],
            source=typed["source"].code if typed["source"] else "",
            custom=filled_in(self),
            person_custom=filled_in(self, prefix=OF_PERSON),
            owner=owner,
        )
