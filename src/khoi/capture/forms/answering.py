"""A form as a visitor fills it in: the questions of a stored form, their words, and what is wrong with an answer."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from khoi.capture.models import Form
from khoi.capture.queries.forms import SIZES, own_fields_of, questions_of, texts_of
from khoi.capture.rules import asking
from khoi.capture.services.forms import TRAP
from khoi.custom.forms import input_for
from khoi.custom.models import CustomField
from khoi.kit.refusals import SENTENCES, Refusal

LABELS: Final[Mapping[str, Any]] = {
    "name": _("Full name"),
    "phone": _("Phone"),
    "email": _("Email"),
    "company": _("Company"),
    "job_title": _("Job title"),
    "employees": _("Employees"),
    "industry": _("Industry"),
    "region": _("City or province"),
    "need": _("What do you need?"),
    "message": _("What do you need?"),
}
#: How browsers fill it in by themselves, and which keyboard a phone shows.
_ATTRIBUTES: Final[Mapping[str, Mapping[str, str]]] = {
    "name": {"autocomplete": "name"},
    "phone": {"autocomplete": "tel", "inputmode": "tel"},
    "email": {"autocomplete": "email", "inputmode": "email"},
    "company": {"autocomplete": "organization"},
    "job_title": {"autocomplete": "organization-title"},
    "region": {"autocomplete": "address-level1"},
}
CHOOSE: Final = pgettext_lazy("nothing chosen yet", "Choose")
#: Short answers that stand beside each other when they follow each other.
_SHORT: Final = frozenset({"company", "employees", "industry", "region", "job_title"})
_SHORT_TYPES: Final = frozenset({"number", "money", "date", "choice", "yes_no"})


class SeveralField(forms.MultipleChoiceField):
    """Boxes, cleaned to one text, as every answer is: the codes that are ticked, with semicolons."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> str:
        return ";".join(super().clean(value))


class AnswerForm(forms.Form):
    """Bound to what a visitor sent; ``payload()`` is what the service takes."""

    use_required_attribute = False

    def __init__(self, form: Form, language: str, data: Any = None) -> None:
        super().__init__(data, auto_id="f-%s")
        own = own_fields_of(form)
        self.language, self.kinds = language, {code: field.kind for code, field in own.items()}
        self.questions = questions_of(form, own)
        texts, codes = texts_of(form, language), {question.code for question in self.questions}
        for question in self.questions:
            asked = own.get(question.code)
            self.fields[question.code] = _own_field(question, asked) if asked else _field(question, codes)
        self.fields[TRAP] = forms.CharField(required=False, max_length=None)
        self.consents = [name for name in ("consent", "marketing") if texts.get(name)]
        for name in self.consents:
            self.fields[name] = forms.BooleanField(required=False, label=texts[name])

    def clean(self) -> dict[str, Any]:
        """Every problem at its own field, in the words of the page."""
        answers = {question.code: str(self.cleaned_data.get(question.code, "")) for question in self.questions}
        for problem in asking.problems(self.questions, answers, self.kinds, self.language):
            if not self.has_error(problem.field):
                self.add_error(problem.field, str(Refusal(problem.code, problem.field, **problem.data)))
        return self.cleaned_data

    def payload(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name, "") for name in self.fields}

    def rows(self) -> Iterable[list[BoundField]]:
        """The questions, two short ones to a row."""
        waiting: BoundField | None = None
        for question in self.questions:
            field, short = self[question.code], self._is_short(question.code)
            if short and waiting is None:
                waiting = field
            elif short and waiting is not None:
                yield [waiting, field]
                waiting = None
            else:
                yield from ([waiting],) if waiting else ()
                waiting = None
                yield [field]
        yield from ([waiting],) if waiting else ()

    def _is_short(self, code: str) -> bool:
        return code in _SHORT or (code in self.kinds and self.kinds[code].type in _SHORT_TYPES)

    def boxes(self) -> list[BoundField]:
        """One box for each purpose, never ticked beforehand."""
        return [self[name] for name in self.consents]

    def trap(self) -> BoundField:
        return self[TRAP]


def _field(question: asking.Question, codes: set[str]) -> forms.Field:
    code = question.code
    label = _("Anything else?") if code == "message" and "need" in codes else LABELS[code]
    if code == "employees":
        choices = [("", CHOOSE), *SIZES.items()]
        return forms.CharField(label=label, widget=forms.Select(choices=choices), **_needed(question))
    widget = forms.Textarea(attrs={"rows": 3}) if code == "message" else forms.TextInput(attrs=_attributes(code))
    return forms.CharField(label=label, widget=widget, **_needed(question))


def _own_field(question: asking.Question, asked: CustomField) -> forms.Field:
    """As the pages of colleagues ask for it, but answered in text, which is kept word for word."""
    shown = input_for(asked)
    about = {"label": shown.label, "help_text": shown.help_text, **_needed(question)}
    if asked.type == "multi_choice":
        return SeveralField(choices=shown.choices, **about)  # type: ignore[attr-defined]  # as every field of choices
    if isinstance(shown.widget, forms.Select):
        (_code, _dash), *offered = shown.widget.choices
        shown.widget.choices = [("", CHOOSE), *offered]
    return forms.CharField(widget=shown.widget, **about)


def _needed(question: asking.Question) -> dict[str, Any]:
    return {"required": question.required, "error_messages": {"required": SENTENCES["required"]}}


def _attributes(code: str) -> dict[str, Any]:
    hint = {"placeholder": _("name@company.com")} if code == "email" else {}
    return {**_ATTRIBUTES.get(code, {}), **hint}
