"""What may be typed about calls, notes, meetings and tasks."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from khoi.activities.models import ActivityKind, Outcome
from khoi.team.models import User
from khoi.team.rules import Principal

#: What the composer logs → the outcomes that make sense for it.
OUTCOMES: Final = {
    "call": ("connected", "no_answer", "busy", "left_message", "wrong_number"),
    "meeting": ("held", "no_show", "cancelled"),
}
MINUTE: Final = "%Y-%m-%dT%H:%M"


def outcomes_of(kind: str) -> list[tuple[str, Any]]:
    return [(code, Outcome(code).label) for code in OUTCOMES.get(kind, ())]


class MomentInput(forms.DateTimeInput):
    """The browser's own calendar and clock."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format=MINUTE)


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in given]


class LogForm(forms.Form):
    """One entry of the composer. A task needs words, a call none."""

    kind = forms.ChoiceField(choices=[*ActivityKind.choices], label=_("Kind"))
    outcome = forms.ChoiceField(choices=[("", "–"), *Outcome.choices], required=False, label=_("Outcome"))
    text = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}), label=_("Notes")
    )
    due_at = forms.DateTimeField(required=False, input_formats=[MINUTE, "%Y-%m-%d"], widget=MomentInput, label=_("Due"))
    occurred_at = forms.DateTimeField(
        required=False, input_formats=[MINUTE, "%Y-%m-%d"], widget=MomentInput, label=_("When")
    )
    next_title = forms.CharField(required=False, max_length=200, label=_("Next step"))
    next_due = forms.DateTimeField(
        required=False, input_formats=[MINUTE, "%Y-%m-%d"], widget=MomentInput, label=_("Due")
    )
    attached = FilesField(required=False, label=_("Files"))


class TaskForm(forms.Form):
    """A task, new or changed."""

    title = forms.CharField(max_length=200, label=_("What is to be done?"))
    kind = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in ActivityKind if kind != ActivityKind.NOTE],
        initial="task",
        label=_("Kind"),
    )
    due_at = forms.DateTimeField(required=False, input_formats=[MINUTE, "%Y-%m-%d"], widget=MomentInput, label=_("Due"))
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Who does it"), to_field_name="public_id")
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}), label=_("Notes"))

    def __init__(self, *args: Any, actor: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.visible_to(actor).filter(is_active=True).order_by("full_name")
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]
