"""What may be typed about sources, campaigns and costs."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from khoi.campaigns.models import Campaign, Channel, Source
from khoi.design.templatetags.formats import number
from khoi.kit.money import Money, parse_money
from khoi.kit.refusals import Refusal
from khoi.team.rules import Principal


class DayInput(forms.DateInput):
    """The browser's own calendar, which writes ISO days."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class MoneyField(forms.CharField):
    """An amount as people type it ("320 triệu"), cleaned to minor units of ``currency``; None when empty."""

    def __init__(self, *, currency: str, **more: Any) -> None:
        super().__init__(max_length=60, **more)
        self.currency = currency

    def clean(self, value: Any) -> int | None:
        text = str(super().clean(value) or "").strip()
        if not text:
            return None
        money = parse_money(text, self.currency, get_language() or "vi")
        if money is None or money.amount < 0 or money.currency != self.currency:
            raise forms.ValidationError(str(Refusal("not_money", value=text)))
        return money.amount

    def prepare_value(self, value: Any) -> Any:
        return number(Money(value, self.currency).major) if isinstance(value, int) else value


class SourceForm(forms.Form):
    name = forms.CharField(label=_("Name in English"), max_length=120)
    name_vi = forms.CharField(label=_("Name in Vietnamese"), max_length=120, required=False)
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        required=False,
        help_text=_("What files and programs name it by. Left empty, it is made from the name."),
    )


class SourceChanges(forms.Form):
    name = forms.CharField(label=_("Name in English"), max_length=120)
    name_vi = forms.CharField(label=_("Name in Vietnamese"), max_length=120, required=False)


class CampaignForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=160)
    channel = forms.ChoiceField(label=_("Channel"), choices=[("", "–"), *Channel.choices], required=False)
    starts_on = forms.DateField(label=_("First day"), required=False, widget=DayInput())
    ends_on = forms.DateField(label=_("Last day"), required=False, widget=DayInput())

    def __init__(self, data: Any = None, *, currency: str, **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["budget"] = MoneyField(
            label=_("Budget"), currency=currency, required=False, help_text=_("Like 320 million, or 1.2 billion")
        )


class CostForm(forms.Form):
    def __init__(self, data: Any = None, *, actor: Principal, currency: str, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        sources = Source.objects.visible_to(actor).order_by("name", "id")
        campaigns = Campaign.objects.visible_to(actor).order_by("name", "id")
        named = [(one.code, one.label(get_language() or "vi")) for one in sources]
        self.fields["source"] = forms.ChoiceField(label=_("Source"), choices=named)
        self.fields["campaign"] = forms.ChoiceField(
            label=_("Campaign"), choices=[("", "–"), *((one.code, one.name) for one in campaigns)], required=False
        )
        self.fields["amount"] = MoneyField(
            label=_("Amount"), currency=currency, help_text=_("Like 320 million, or 1.2 billion")
        )
        self.fields["period_start"] = forms.DateField(label=_("First day"), widget=DayInput())
        self.fields["last_day"] = forms.DateField(label=_("Last day"), widget=DayInput())
        self.fields["note"] = forms.CharField(label=_("What for"), max_length=200, required=False)
        self.chosen = {"source": {one.code: one for one in sources}, "campaign": {one.code: one for one in campaigns}}

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("period_start"), self.cleaned_data.get("last_day")
        if isinstance(first, date) and isinstance(last, date) and not first <= last < date.max:
            self.add_error("last_day", str(Refusal("period_is_empty")))
        return self.cleaned_data

    def values(self) -> dict[str, Any]:
        """What ``add_cost`` takes; the period ends before the day after the last one."""
        typed = self.cleaned_data
        return {
            "campaign": self.chosen["campaign"].get(typed["campaign"]),
            "amount": typed["amount"],
            "period_start": typed["period_start"],
            "period_end": typed["last_day"] + timedelta(days=1),
            "note": typed["note"],
        }

    def source(self) -> Source:
        found: Source = self.chosen["source"][self.cleaned_data["source"]]
        return found
