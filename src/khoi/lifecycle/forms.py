"""What may be typed when a lead is converted."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from khoi.accounts import queries as accounts
from khoi.accounts.models import Account
from khoi.custom.forms import add_fields, filled_in
from khoi.custom.models import AskedWhen
from khoi.custom.queries import own_fields
from khoi.leads.models import BantFact, Lead
from khoi.pipeline.forms import BESIDE, MoneyField
from khoi.pipeline.models import Opportunity
from khoi.pipeline.queries import label_of
from khoi.team.rules import Principal

NEW: Final = "new"
#: What the inputs of the account's own fields are called, before the key.
OF_ACCOUNT: Final = BESIDE["account"]


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ConvertForm(forms.Form):
    """Filled with what is known; the account is one that seems to be meant, or a new one. Of the fields of one's own
    those of accounts and deals are asked that are asked of whoever adds one; what must be known of an account only of
    a new one."""

    account_name = forms.CharField(label=_("Name of the new account"), max_length=200, required=False)
    opportunity_name = forms.CharField(label=_("Name of the deal"), max_length=200)
    close_on = forms.DateField(label=_("Close date"), required=False, widget=DayInput())

    def __init__(
        self, lead: Lead, bant: dict[str, BantFact], actor: Principal, data: Any = None, *, currency: str
    ) -> None:
        budget, timing = bant.get("budget"), bant.get("timing")
        self.currency = (budget.currency if budget and budget.amount is not None else "") or currency
        theirs = _theirs(lead, actor)
        self.offered = list(dict.fromkeys([*theirs, *accounts.accounts_like(lead.company_name, actor)]))
        super().__init__(data, initial=_known(lead, budget, timing, theirs))
        choices = [(str(one.public_id), one.name) for one in self.offered] + [(NEW, _("A new account"))]
        asked = forms.RadioSelect if self.offered else forms.HiddenInput  # one choice is none
        self.fields["account"] = forms.ChoiceField(label=_("Account"), choices=choices, widget=asked)
        self.fields["account_name"].required = not self.offered
        self.fields["amount"] = MoneyField(
            label=_("Amount"), currency=self.currency, required=False, help_text=_("Like 320 million, or 1.2 billion")
        )
        self.order_fields(["account", "account_name", "opportunity_name", "amount", "close_on"])
        of_accounts = own_fields(Account, adding=True)
        add_fields(self, of_accounts, prefix=OF_ACCOUNT)
        for field in of_accounts:
            self.fields[f"{OF_ACCOUNT}{field.key}"].label = label_of(f"account.{field.named}")
        self.needed = [f"{OF_ACCOUNT}{field.key}" for field in of_accounts if field.asked == AskedWhen.REQUIRED]
        add_fields(self, own_fields(Opportunity, adding=True), adding=True)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        for name in self.needed if typed.get("account") == NEW else ():
            if name in typed and typed[name] is None:
                self.add_error(name, self.fields[name].error_messages["required"])
        return typed

    def values(self) -> dict[str, Any]:
        """What ``convert_lead`` takes."""
        typed = self.cleaned_data
        chosen = {str(one.public_id): one for one in self.offered}.get(typed["account"])
        return {
            "account": chosen,
            "account_name": "" if chosen else typed["account_name"],
            "opportunity_name": typed["opportunity_name"],
            "amount": typed["amount"],
            "currency": self.currency if typed["amount"] is not None else "",
            "close_on": typed["close_on"],
            "custom": filled_in(self),
            "account_custom": filled_in(self, prefix=OF_ACCOUNT),
        }


def _theirs(lead: Lead, actor: Principal) -> list[Account]:
    """Surely meant: the account it has, those of the very name, those the person speaks for."""
    spoken_for = Account.objects.visible_to(actor).filter(contacts__person=lead.person_id).order_by("id")
    found = [*accounts.accounts_named(lead.company_name, actor), *spoken_for[:3]]
    return [lead.account, *found] if lead.account is not None else found


def _known(lead: Lead, budget: BantFact | None, timing: BantFact | None, theirs: list[Account]) -> dict[str, Any]:
    """An account of a like name is offered, but choosing it is left to whoever knows."""
    return {
        "account": str(theirs[0].public_id) if theirs else NEW,
        "account_name": lead.company_name or lead.person.full_name,
        "opportunity_name": lead.need or lead.company_name or lead.person.full_name,
        "amount": budget.amount if budget else None,
        "close_on": timing.on_date if timing else None,
    }
