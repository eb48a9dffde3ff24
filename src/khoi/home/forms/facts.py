"""What may be typed about a lead: BANT facts with the questions that lead to them, who it is, the next step."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from khoi.activities.forms import MINUTE, MomentInput
from khoi.campaigns.models import Campaign, Channel, Source
from khoi.kit.money import parse_money
from khoi.kit.refusals import Refusal
from khoi.leads.models import DealRole, Lead, TimingBand
from khoi.people.models import Person
from khoi.team.rules import Principal

SURE: Final = [("1", _("a guess")), ("2", _("they said so")), ("3", _("in writing"))]
#: The questions that bring a fact out, asked in the talk.
QUESTIONS: Final = {
    "budget": _("Has money been set aside for this? How much, for when, and who approves it?"),
    "authority": _("Who decides? Who else has a say, and what matters to them?"),
    "need": _("What does not work today? What does it cost, and what happens if nothing changes?"),
    "timing": _("When must it be in use? What depends on that day?"),
}


class _BantForm(forms.Form):
    confidence = forms.ChoiceField(label=_("How sure?"), choices=SURE, initial="2", widget=forms.RadioSelect)
    evidence = forms.CharField(label=_("How we know"), required=False, max_length=200)

    def facts(self) -> dict[str, Any]:
        """What ``record_bant`` takes."""
        typed = dict(self.cleaned_data)
        return {**typed, "confidence": int(typed["confidence"])}


class BudgetForm(_BantForm):
    amount = forms.CharField(
        label=_("Amount"), required=False, max_length=60, help_text=_("Like 320 million, or 1.2 billion")
    )
    amount_to = forms.CharField(
        label=_("Up to"), required=False, max_length=60, help_text=_("Only when they named a range")
    )
    text = forms.CharField(label=_("In their words"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    field_order = ["amount", "amount_to", "text", "confidence", "evidence"]

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_amount(self) -> int | None:
        return self._read("amount")

    def clean_amount_to(self) -> int | None:
        return self._read("amount_to")

    def _read(self, name: str) -> int | None:
        text = self.cleaned_data[name].strip()
        if not text:
            return None
        money = parse_money(text, self.currency, get_language() or "vi")
        if money is None or money.currency != self.currency:
            raise forms.ValidationError(str(Refusal("not_money", name, value=text)))
        return money.amount

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "currency": self.currency}


class AuthorityForm(_BantForm):
    role = forms.ChoiceField(label=_("Role of this person"), choices=[("", "–"), *DealRole.choices], required=False)
    text = forms.CharField(label=_("Who decides"), required=False, help_text=_("A name, when it is somebody else"))
    field_order = ["role", "text", "confidence", "evidence"]


class NeedForm(_BantForm):
    text = forms.CharField(label=_("What they need"), widget=forms.Textarea(attrs={"rows": 2}))
    impact = forms.CharField(label=_("What it costs today"), required=False)
    cost_of_waiting = forms.CharField(label=_("What happens if nothing changes"), required=False)
    field_order = ["text", "impact", "cost_of_waiting", "confidence", "evidence"]


class TimingForm(_BantForm):
    on_date = forms.DateField(label=_("By when"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    band = forms.ChoiceField(label=_("Or roughly"), choices=[("", "–"), *TimingBand.choices], required=False)
    text = forms.CharField(label=_("What depends on it"), required=False)
    field_order = ["on_date", "band", "text", "confidence", "evidence"]


BANT_FORMS: Final[dict[str, type[_BantForm]]] = {
    "authority": AuthorityForm,
    "need": NeedForm,
    "timing": TimingForm,
}


def bant_form(kind: str, data: Any, *, currency: str) -> _BantForm:
    if kind == "budget":
        return BudgetForm(data, currency=currency)
    return BANT_FORMS[kind](data)


class StepForm(forms.Form):
    """The next step of a lead, as a cell or a dialog."""

    title = forms.CharField(label=_("Next step"), max_length=200, required=False)
    due_at = forms.DateTimeField(label=_("Due"), required=False, input_formats=[MINUTE, "%Y-%m-%d"], widget=MomentInput)


class Lines(forms.CharField):
    """Several values, one a line."""

    widget = forms.Textarea(attrs={"rows": 2})

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        return [part.strip() for part in text.replace(",", "\n").replace(";", "\n").splitlines() if part.strip()]


class AgainstShown(forms.Form):
    """A form that knows what it showed (hidden ``initial-…``): what was not typed over is no change, whatever the
    record holds by now. ``overtaken``: somebody else changed a field that was typed over."""

    overtaken = False

    against_shown = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def typed_over(self, now_there: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
        """The fields somebody changed and that differ from what is there now."""
        touched = set(self.changed_data) & set(names)
        return {name: self.cleaned_data[name] for name in touched if self.cleaned_data[name] != now_there[name]}


class WhoForm(AgainstShown):
    """Who somebody is and how to reach them."""

    full_name = forms.CharField(label=_("Full name"), max_length=200, required=False)
    job_title = forms.CharField(label=_("Job title"), max_length=200, required=False)
    phones = Lines(label=_("Phone"), required=False, help_text=_("One a line, the main one first"))
    emails = Lines(label=_("Email"), required=False, help_text=_("One a line, the main one first"))

    def changes(self, person: Person) -> dict[str, Any]:
        """What differs from the person as they are."""
        there = who_of(person)
        lists = {name: there[name].split("\n") if there[name] else [] for name in ("phones", "emails")}
        return self.typed_over({**there, **lists}, WhoForm.base_fields)


def who_of(person: Person) -> dict[str, Any]:
    points = sorted(person.contact_points.all(), key=lambda point: (not point.is_primary, point.pk))
    return {
        "full_name": person.full_name,
        "job_title": person.job_title,
        "phones": "\n".join(point.value for point in points if point.kind == "phone"),
        "emails": "\n".join(point.value for point in points if point.kind == "email"),
    }


class LeadForm(WhoForm):
    """A lead with its person."""

    company_name = forms.CharField(label=_("Company"), max_length=200, required=False)
    need = forms.CharField(label=_("Interest"), max_length=200, required=False)
    industry = forms.CharField(label=_("Industry"), max_length=80, required=False)
    employees = forms.IntegerField(label=_("Employees"), min_value=0, required=False)
    region = forms.CharField(label=_("Region"), max_length=80, required=False)
    source = forms.ModelChoiceField(Source.objects.none(), label=_("Source"), required=False, empty_label="–")
    campaign = forms.ModelChoiceField(Campaign.objects.none(), label=_("Campaign"), required=False, empty_label="–")
    channel = forms.ChoiceField(label=_("Channel"), choices=[("", "–"), *Channel.choices], required=False)

    def __init__(self, *args: Any, actor: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        for name, model in (("source", Source), ("campaign", Campaign)):
            self.fields[name].queryset = model.objects.visible_to(actor)  # type: ignore[attr-defined]
        self.fields["source"].label_from_instance = lambda one: one.label(language)  # type: ignore[attr-defined]

    def enquiry(self, lead: Lead) -> dict[str, Any]:
        """What differs of the lead itself."""
        names = [name for name in LeadForm.base_fields if name not in WhoForm.base_fields]
        return self.typed_over({name: getattr(lead, name) for name in names}, names)


def lead_of(lead: Lead) -> dict[str, Any]:
    names = ("company_name", "need", "industry", "employees", "region", "channel")
    own = {name: getattr(lead, name) for name in names}
    return {**who_of(lead.person), **own, "source": lead.source_id, "campaign": lead.campaign_id}
