"""What people type to get in, and about each other."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from khoi.design.forms import add_clash
from khoi.history.services import Stale
from khoi.kit.refusals import Refusal
from khoi.team.models import Role, Team, Theme, User, Visibility
from khoi.team.rules import Principal

LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]


def _email(**attrs: Any) -> forms.EmailField:
    words = {"autocomplete": "username", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false", **attrs}
    return forms.EmailField(label=_("Email"), max_length=254, widget=forms.EmailInput(attrs=words))


def _password(label: Any, autocomplete: str, **more: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "maxlength": 1000})
    return forms.CharField(label=label, strip=False, max_length=1000, widget=widget, **more)


def refuse(form: forms.Form, refusal: Refusal) -> None:
    """Show a refusal at its field, or above the form when the form has no such field."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


def show_clash(form: forms.Form, stale: Stale) -> None:
    """The three values at each field that somebody else changed meanwhile; what was typed stays, sent again it wins."""
    for name, clash in stale.clashing.items():
        if name in form.fields:
            add_clash(form, name, mine=clash.mine, theirs=clash.theirs, base=clash.base)
    if not form.errors:
        form.add_error(None, _("Somebody changed this meanwhile. Look at it, then save again."))


class LogInForm(forms.Form):
    email = _email(autofocus=True)
    password = _password(_("Password"), "current-password")


class ForgottenForm(forms.Form):
    email = _email(autofocus=True)


class NewPasswordForm(forms.Form):
    password = _password(
        _("New password"),
        "new-password",
        help_text=_("10 characters or more. A short sentence is easy to keep and hard to guess."),
    )


class ChangePasswordForm(NewPasswordForm):
    present = _password(_("Present password"), "current-password")
    field_order = ["present", "password"]


class ProfileForm(forms.Form):
    full_name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    theme = forms.ChoiceField(label=_("Colours"), choices=Theme.choices, required=False)


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What is it for?"), max_length=120, help_text=_("For example: nightly export, website form")
    )
    may = forms.ChoiceField(
        label=_("It may"), choices=[("read", _("read")), ("read write", _("read and write"))], initial="read"
    )

    def scopes(self) -> list[str]:
        return str(self.cleaned_data["may"]).split()


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name of the team"), max_length=120)


class MemberForm(forms.Form):
    """Role, team and what somebody sees; the teams are those the actor sees."""

    full_name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.REP)
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=_("no team"),
        to_field_name="public_id",
    )
    visibility = forms.ChoiceField(
        label=_("Sees"),
        choices=Visibility.choices,
        initial=Visibility.TEAM,
        help_text=_("Partners always see their own records only."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)

    def __init__(self, *args: Any, actor: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams: Any = self.fields["team"]
        teams.queryset = Team.objects.visible_to(actor).order_by("name")


class InvitationForm(MemberForm):
    email = forms.EmailField(label=_("Email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    field_order = ["full_name", "email", "role", "team", "visibility", "language"]


def member_values(user: User) -> dict[str, Any]:
    """What the form of an existing member begins with."""
    return {
        "full_name": user.full_name,
        "role": user.role,
        "team": user.team.public_id if user.team else None,
        "visibility": user.visibility,
        "language": user.language,
    }


CURRENCIES = ["VND", "USD", "EUR", "JPY", "KRW", "SGD", "THB", "CNY", "AUD", "GBP"]
DAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]


class WorkspaceForm(forms.Form):
    name = forms.CharField(label=_("Name of the company"), max_length=120)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=LANGUAGES,
        help_text=_("For new people and for what we send; each may choose their own."),
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=60,
        help_text=_("Like Asia/Ho_Chi_Minh. “Today” and the working hours follow it."),
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES])
    work_days = forms.TypedMultipleChoiceField(
        label=_("Working days"), choices=DAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    work_starts = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    work_ends = forms.TimeField(label=_("To"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    response_minutes = forms.IntegerField(
        label=_("First answer within, in working minutes"),
        min_value=1,
        max_value=10_000,
        help_text=_("The response clock of a new lead. Public holidays of Vietnam do not count."),
    )
    field_order = "name language time_zone currency response_minutes work_days work_starts work_ends".split()

    def changes(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        return {**values, "work_starts": f"{values['work_starts']:%H:%M}", "work_ends": f"{values['work_ends']:%H:%M}"}
