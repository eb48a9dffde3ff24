"""What may be typed about somebody's share of leads."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from khoi.routing.models import RoutingRule
from khoi.routing.queries import free_for
from khoi.team.models import User


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ShareForm(forms.Form):
    weight = forms.IntegerField(
        label=_("Share"), min_value=0, max_value=100, initial=1, help_text=_("2 gets twice as many leads as 1")
    )
    capacity = forms.IntegerField(
        label=_("Open leads at most"), min_value=0, max_value=100_000, required=False, help_text=_("Empty: no limit")
    )
    away_until = forms.DateField(
        label=_("Away until"), required=False, widget=DayInput(), help_text=_("Back on this day; gets none before")
    )


class NewShareForm(ShareForm):
    field_order = ["user", "weight", "capacity", "away_until"]

    def __init__(self, rule: RoutingRule, data: Any = None) -> None:
        super().__init__(data)
        self.people = {str(user.public_id): user for user in free_for(rule)}
        self.fields["user"] = forms.ChoiceField(
            label=_("Who"), choices=[(key, user.full_name) for key, user in self.people.items()]
        )
        self.order_fields(self.field_order)

    def user(self) -> User:
        return self.people[self.cleaned_data["user"]]
