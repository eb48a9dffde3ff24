"""What may be typed about a deal: the answers a gate asks for, why it was lost, a new one."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from khoi.accounts.models import Account, Contact
from khoi.custom.forms import add_fields
from khoi.custom.queries import own_fields, values_of
from khoi.custom.rules import PREFIX, own_named
from khoi.design.templatetags.formats import number
from khoi.kit.money import Money, parse_money
from khoi.leads.models import Reason
from khoi.people.models import Person
from khoi.pipeline import services
from khoi.pipeline.models import Opportunity, PipelineStage
from khoi.pipeline.queries import FIELDS, every_field, label_of
from khoi.team.models import User
from khoi.team.rules import Principal

#: Fields of a deal a form may ask for, in the order it asks.
ASKED: Final = ("amount", "close_on", "need", "decision_maker", "account", "contact", "next_task")
LONGEST: Final = 200
#: What the inputs of a deal's own fields are called, before the key.
OWN: Final = "custom_"
#: And those of its account and its person: whose → the same.
BESIDE: Final = {whose: f"{whose}_{OWN}" for whose in Opportunity.asks_beyond}


class MoneyField(forms.CharField):
    """An amount as people type it ("320 triệu", "320.000.000"), cleaned to minor units of ``currency``."""

    default_error_messages = {"unreadable": _("This is no amount. Write it like 320.000.000 or 320 triệu.")}

    def __init__(self, *, currency: str, **more: Any) -> None:
        super().__init__(**more)
        self.currency = currency
        self.widget.attrs |= {"inputmode": "text", "autocomplete": "off"}

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        money = parse_money(text, self.currency, get_language() or "vi")
        if money is None or money.amount < 0 or money.currency != self.currency:
            raise ValidationError(self.error_messages["unreadable"], code="unreadable")
        return money.amount

    def prepare_value(self, value: Any) -> Any:
        return number(Money(value, self.currency).major) if isinstance(value, int) else value


class Suggesting(forms.TextInput):
    """A line to type in that offers what fits already."""

    template_name = "pipeline/suggesting.html"

    def __init__(self, offered: Iterable[str]) -> None:
        super().__init__()
        self.offered = tuple(offered)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["list"] = f"{context['widget']['attrs'].get('id', name)}_offered"
        return {**context, "offered": self.offered}


class FactsForm(forms.Form):
    """Fields of a deal by name, each by its type, filled with what is known; the workspace's own, as
    ``custom.<key>``, behind ours, and behind them those of its account and its person. ``needed``: those that must be
    given."""

    def __init__(
        self, deal: Opportunity, actor: Principal, fields: Iterable[str], data: Any = None, *, needed: bool = True
    ) -> None:
        super().__init__(data)
        self.deal = deal
        wanted = set(fields)
        if deal.account_id is None and _keys(wanted, "account"):
            wanted.add("account")  # what is asked of it is asked once there is one
        ours: list[str] = [name for name in ASKED if name in wanted]
        for name in ours:
            self.fields[name] = field_of(name, deal, actor)
            self.fields[name].required = needed
            self.initial[name] = getattr(deal, name, None)
        self._ask(deal, _keys(wanted, ""), OWN, needed=needed)
        for whose, prefix in BESIDE.items():
            if (keys := _keys(wanted, whose)) and (record := self._there(whose)) and actor.may(f"{whose}.edit"):
                self._ask(record, keys, prefix, needed=needed)

    def _there(self, whose: str) -> Model | None:
        """The record the deal speaks of, or the one that is being chosen for it."""
        record: Model | None = getattr(self.deal, whose)
        if record is not None or not self.is_bound:
            return record
        try:
            record = self.fields[whose].clean(self.data.get(whose))
        except ValidationError:
            return None
        return record

    def _ask(self, record: Model, keys: set[str], prefix: str, *, needed: bool) -> None:
        """For what stands in these fields of the deal, or of the record it speaks of."""
        own = [field for field in own_fields(record) if field.key in keys] if keys else []
        for name in add_fields(self, own, values_of([record], own).get(record.pk), prefix=prefix) if own else ():
            self.fields[name].required = needed
            if prefix != OWN:
                self.fields[name].label = label_of(field_named(name))

    def facts(self) -> dict[str, Any]:
        """What was answered, as the services take it."""
        said, found = dict(self.cleaned_data), {}
        for name, prefix in {"custom": OWN, **{f"of_{whose}": prefix for whose, prefix in BESIDE.items()}}.items():
            if own := {key.removeprefix(prefix): said.pop(key) for key in list(said) if key.startswith(prefix)}:
                found[name] = own
        return {**said, **found}


def field_named(name: str) -> str:
    """An input by the name of its field: ``account_custom_tier`` asks for ``account.custom.tier``."""
    for whose, prefix in {"": OWN, **BESIDE}.items():
        if name.startswith(prefix):
            return f"{whose}.{PREFIX}{name.removeprefix(prefix)}".removeprefix(".")
    return name


def _keys(names: Iterable[str], whose: str) -> set[str]:
    """Of the fields of one's own among these names those of ``whose``, "" for the deal's."""
    return {own[1] for name in names if (own := own_named(name)) and own[0] == whose}


def field_of(name: str, deal: Opportunity, actor: Principal) -> forms.Field:
    """The form field of a deal's field."""
    label = str(FIELDS[name].label)
    if name == "amount":
        return MoneyField(currency=deal.currency, label=label, help_text=_("Like 320 million, or 320,000,000"))
    if name == "close_on":
        return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    if name == "need":
        return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 2}))
    if name == "decision_maker":
        offered = _names(deal, actor)
        hint = _("A contact of the account, or another name") if offered else ""
        return forms.CharField(label=label, max_length=LONGEST, widget=Suggesting(offered), help_text=hint)
    if name == "account":
        mine = Account.objects.visible_to(actor).filter(contacts__person=deal.person_id).distinct()
        return forms.ModelChoiceField(mine, label=label)
    if name == "contact":
        theirs = Contact.objects.visible_to(actor).filter(account=deal.account_id).select_related("person")
        return ContactField(theirs, label=label)
    return forms.CharField(label=label, max_length=LONGEST, help_text=_("What has to be done next?"))


class ContactField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic when it runs
    def label_from_instance(self, obj: Contact) -> str:
        return ", ".join(part for part in (obj.person.full_name, obj.job_title) if part)


def _names(deal: Opportunity, actor: Principal) -> list[str]:
    """The person of the deal, and whoever else speaks for its account."""
    found = [deal.person.full_name]
    if deal.account_id:
        theirs = Contact.objects.visible_to(actor).filter(account=deal.account_id).order_by("id")
        found += theirs.values_list("person__full_name", flat=True)[:20]
    return [name for name in dict.fromkeys(found) if name]


class LoseForm(forms.Form):
    """Why a deal was lost."""

    reason = forms.ChoiceField(label=_("Why was it lost?"), choices=[("", _("Choose a reason")), *Reason.choices])
    note = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What would have won it?"),
    )


class StageForm(forms.Form):
    """Where a deal goes to."""

    def __init__(self, stages: Iterable[PipelineStage], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        language = get_language() or ""
        choices = [(stage.code, stage.label(language)) for stage in stages]
        self.fields["stage"] = forms.ChoiceField(label=_("Stage"), widget=forms.RadioSelect, choices=choices)


class EditForm(FactsForm):
    """The deal's own fields, one or several, changed in place; also its name and its owner."""

    def __init__(self, deal: Opportunity, actor: Principal, fields: Iterable[str], data: Any = None) -> None:
        wanted = list(fields)
        asked = (name.replace(OWN, PREFIX, 1) if name.startswith(OWN) else name for name in wanted)
        super().__init__(deal, actor, (name for name in asked if name != "next_task"), data, needed=False)
        if "name" in wanted:
            self.fields["name"] = forms.CharField(label=_("Name of the deal"), max_length=LONGEST)
            self.initial["name"] = deal.name
        if "owner" in wanted:
            people = User.objects.visible_to(actor).filter(is_active=True).order_by("full_name")
            self.fields["owner"] = forms.ModelChoiceField(people, label=_("Owner"), required=False)
            self.initial["owner"] = deal.owner_id


class NewDealForm(forms.Form):
    """A deal for somebody we know already. ``person`` is chosen when ``who`` names several people."""

    who = forms.CharField(
        label=_("For whom?"),
        max_length=LONGEST,
        help_text=_("Name, phone number or email of somebody you know already"),
    )
    name = forms.CharField(label=_("What is it about?"), max_length=LONGEST)
    close_on = forms.DateField(
        label=_("Close date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(
        self,
        currency: str,
        data: Any = None,
        *,
        ask_who: bool = True,
        people: Iterable[Person] = (),
        accounts: Iterable[Account] = (),
    ) -> None:
        super().__init__(data)
        self.fields["amount"] = MoneyField(
            currency=currency, label=_("Amount"), required=False, help_text=_("Like 320 million, or 320,000,000")
        )
        if not ask_who:
            del self.fields["who"]
        self._choose("person", _("Whom do you mean?"), people, forms.RadioSelect)
        self._choose("account", _("Account"), accounts, forms.Select)
        self.order_fields(["who", "person", "account", "name", "amount", "close_on"])
        add_fields(self, own_fields(Opportunity, adding=True), adding=True)

    def _choose(self, name: str, label: Any, among: Iterable[Any], widget: type[forms.Widget]) -> None:
        """Asked only when there is a choice."""
        choices = [(str(one.public_id), str(one)) for one in among]
        if len(choices) > 1:
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, widget=widget)


class StageSettingsForm(forms.Form):
    """A stage of the pipeline. Its gate is a box for each field of a deal it may ask for."""

    name = forms.CharField(label=_("Name in English"), max_length=120)
    name_vi = forms.CharField(label=_("Name in Vietnamese"), max_length=120, required=False)
    probability = forms.IntegerField(label=_("Probability in percent"), min_value=0, max_value=100)
    rot_days = forms.IntegerField(
        label=_("Days until a deal stands still"), min_value=1, max_value=3650, required=False
    )
    gate = forms.MultipleChoiceField(
        label=_("To enter, a deal needs"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, stage: PipelineStage, data: Any = None) -> None:
        names = ("name", "name_vi", "probability", "rot_days")
        shown = {name: getattr(stage, name) for name in names} | {"gate": gate_fields(stage.gate)}
        super().__init__(data, initial=shown)
        self.fields["gate"] = forms.MultipleChoiceField(
            label=self.fields["gate"].label,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[(name, field.label) for name, field in every_field().items()],
        )
        if gate_fields(stage.gate) is None:  # a gate of another shape is not put into boxes
            del self.fields["gate"]

    def clean_gate(self) -> dict[str, Any]:
        """The condition that asks for the ticked fields."""
        return services.gate_of(self.cleaned_data["gate"])


def gate_fields(gate: dict[str, Any]) -> list[str] | None:
    """The fields a gate asks for, when it asks for nothing but that they are there; else None."""
    leaves = gate.get("all", []) if set(gate) <= {"all"} else None
    if leaves is None or any("field" not in leaf or not _is_there(leaf) for leaf in leaves):
        return None
    return [leaf["field"] for leaf in leaves]


def _is_there(leaf: dict[str, Any]) -> bool:
    """Whether it asks for nothing but that there is a value, or a yes."""
    return leaf.get("op") == "is_not_empty" or (leaf.get("op") == "eq" and leaf.get("value") is True)
