"""What may be typed about an account."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from khoi.accounts.models import Account
from khoi.home.forms.facts import AgainstShown
from khoi.kit.money import parse_money
from khoi.kit.refusals import Refusal
from khoi.team.models import User
from khoi.team.rules import Principal


class AccountForm(AgainstShown):
    name = forms.CharField(label=_("Name"), max_length=200)
    industry = forms.CharField(label=_("Industry"), max_length=80, required=False)
    employees = forms.IntegerField(label=_("Employees"), min_value=0, required=False)
    annual_revenue = forms.CharField(label=_("Revenue a year"), max_length=60, required=False)
    region = forms.CharField(label=_("Region"), max_length=80, required=False)
    website = forms.CharField(label=_("Website"), max_length=200, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    tax_code = forms.CharField(label=_("Tax code"), max_length=20, required=False)
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), required=False, empty_label="–")

    def __init__(self, *args: Any, actor: Principal, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        people = User.objects.visible_to(actor).filter(is_active=True).order_by("full_name")
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]

    def clean_annual_revenue(self) -> int | None:
        text = str(self.cleaned_data["annual_revenue"]).strip()
        if not text:
            return None
        money = parse_money(text, self.currency, get_language() or "vi")
        if money is None or money.currency != self.currency:
            raise forms.ValidationError(str(Refusal("not_money", value=text)))
        return money.amount

    def changes(self, account: Account | None) -> dict[str, Any]:
        """What differs; everything for a new account."""
        if account is None:
            return {name: self.cleaned_data[name] for name in AccountForm.base_fields}
        names = AccountForm.base_fields
        return self.typed_over({name: getattr(account, name) for name in names}, names)


def account_of(account: Account) -> dict[str, Any]:
    names = ("name", "industry", "employees", "annual_revenue", "region", "website", "phone", "tax_code")
    return {**{name: getattr(account, name) for name in names}, "owner": account.owner_id}
