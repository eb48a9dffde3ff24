"""What is asked before a lead goes another way."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from khoi.leads.models import Reason, Stage
from khoi.team.models import User
from khoi.team.rules import Principal

REASONS = [("", _("Choose a reason")), *Reason.choices]


class OverrideForm(forms.Form):
    stage = forms.ChoiceField(
        label=_("Stage"), choices=[(code, label) for code, label in Stage.choices[: Stage.values.index("opportunity")]]
    )
    note = forms.CharField(label=_("Why, against the criteria?"), widget=forms.Textarea(attrs={"rows": 2}))


class HandBackForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=REASONS)
    return_on = forms.DateField(label=_("Comes back on"), widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label=_("For marketing"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class DisqualifyForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=REASONS)
    note = forms.CharField(label=_("Notes"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), to_field_name="public_id")

    def __init__(self, *args: Any, actor: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.visible_to(actor).filter(is_active=True).order_by("full_name")
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class LaterForm(forms.Form):
    """When to be reminded."""

    when = forms.ChoiceField(
        label=_("Remind me"),
        choices=[("hour", _("in an hour")), ("tomorrow", _("tomorrow at 9:00")), ("week", _("next Monday at 9:00"))],
        widget=forms.RadioSelect,
        initial="tomorrow",
    )
    title = forms.CharField(label=_("To do"), max_length=200)
