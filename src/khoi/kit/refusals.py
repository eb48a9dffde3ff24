"""What a user can cause and must be told: one exception with a code, and its sentence in the user's language."""

from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext_lazy

#: code → the sentence. It says what is wrong and what would be right; ``%(…)s`` come from the refusal's data.
SENTENCES: Final[dict[str, str | Promise]] = {
    "required": _("This is needed."),
    "unreachable": _("Give an email or a phone number."),
    "not_an_email": _("“%(value)s” is not an email address. It looks like name@company.vn."),
    "not_a_phone": _("“%(value)s” is not a phone number. Vietnamese mobiles have 10 digits, like 0912 345 678."),
    "phone_one_short": _("One digit is missing; mobile numbers have 10."),
    "phone_short": _("Digits are missing; mobile numbers have 10."),
    "phone_long": _("That is too many digits; mobile numbers have 10."),
    "phone_range": _("No phone number begins like this. Please check the digits."),
    "not_a_slug": _("“%(value)s” cannot be part of an address. Use letters, digits and hyphens, like bao-gia."),
    "not_an_origin": _("“%(value)s” is not the address of a site. Write it like https://www.name.vn."),
    "form_unreachable": _("A form asks each thing once, and at least for a phone number or an email."),
    "not_a_date": _("“%(value)s” is not a date. Write it like 31/12/2026."),
    "not_money": _("“%(value)s” is not an amount. Write it like 320.000.000 or 320 triệu."),
    "unknown_choice": _("“%(value)s” is not one of the choices."),
    "field_in_rules": _("Rules in force ask for this field: %(where)s. Take it out of them first."),
    "unknown_field": _("There is no field “%(value)s”."),
    "unknown_source": _("There is no source “%(value)s”."),
    "external_id_taken": _("“%(value)s” names another lead already."),
    "unknown_stage": _("There is no stage “%(value)s”."),
    "unknown_user": _("There is no active user “%(value)s”."),
    "too_long": _("At most %(limit)s characters."),
    "card_unreadable": _("The scorecard cannot be read: “%(value)s” is not right."),
    "policy_unreadable": _("The criteria of “%(value)s” cannot be read."),
    "not_a_percent": _("%(value)s is not right: from 0 to 100; won is 100 and lost is 0."),
    "period_is_empty": _("The end comes before the start."),
    "negative": _("This cannot be below zero."),
    "reason_needed": _("Say why: choose a reason."),
    "return_date_needed": _("Say when the lead should come back."),
    "date_is_past": _("Choose a day after today."),
    "ends_before_it_starts": _("The last day lies before the first one."),
    "already_ended": _("This lead has ended (%(stage)s). Reopen it first."),
    "not_open": _("This deal is closed. Reopen it first."),
    "already_converted": _("This lead was converted already."),
    "not_accepted_here": _("Only a lead that marketing handed over can be accepted."),
    "owner_inactive": _("%(value)s no longer works here. Choose somebody else."),
    "empty": _("Write something first."),
    "too_large": _("The file is larger than %(limit)s MB."),
    "not_one_line": _("This has to stay on one line."),
    "last_admin": _("This is the last active administrator. Make somebody else one first."),
    "address_taken": _("Somebody already logs in with “%(value)s”."),
    "name_taken": _("“%(value)s” is taken. Choose another name."),
    "weak_password": _("%(value)s"),
    "wrong_password": _("The present password is not right."),
    "link_is_void": _("This link was used already, or is too old. Ask for a new one."),
    "unknown_zone": _("There is no time zone “%(value)s”."),
    "unknown_currency": _("There is no currency “%(value)s”. Use its three letters, like VND."),
    "hours_are_empty": _("Working hours end after they start, on one day of the week at least."),
    "scope_needed": _("Choose what the token may do."),
    "not_waiting": _("This mail is no longer waiting."),
    "already_erased": _("This person was erased already; nothing more is known of them."),
    "import_under_way": _("A file that holds this person is being imported. Try again when that has ended."),
    "same_person": _("Choose somebody else: one cannot be merged with oneself."),
    "not_text": _("This has to be text."),
    "not_a_number": _("“%(value)s” is not a number with at most four decimals."),
    "not_a_list": _("“%(value)s” is not a list of choices."),
    "not_yes_or_no": _("“%(value)s” is neither yes nor no."),
    "not_a_link": _("“%(value)s” is not a web address. It begins with https:// or http://."),
    "not_a_key": _("“%(value)s” cannot be a key. Use small letters, digits and underscores, like so_kho."),
    "choices_needed": _("Give at least one choice."),
    "no_choices_here": _("Only a field that offers choices has them."),
    "choice_said_twice": _("“%(value)s” stands there twice."),
    "too_many_choices": _("At most %(limit)s choices."),
    "too_many_fields": _("At most %(limit)s fields in use. Archive one first."),
    "lead_has_deals": _("A deal came of it, or of one of them (%(count)s in all). Delete the deal first."),
    "account_has_deals": _("It has deals (%(count)s in all). Delete those first, or give them another account."),
    "holds_hidden": _("Leads or deals of others hang on it that you do not see. Ask somebody who sees them all."),
    "not_in_workspace": _("This belongs to another record."),
    "match_not_installed": _('Looking for duplicates in bulk needs two more packages: pip install "khoi[match]".'),
    "unknown_column": _("There is no column “%(value)s”. There are: %(known)s."),
    "not_a_pattern": _("“%(value)s” is not a regular expression."),
    "nothing_to_compare": _("No column says who a row may be the same as: all are empty, or number the rows."),
}


class Refusal(Exception):
    """Nothing was changed. ``field`` names the input it is about ('' for the whole)."""

    def __init__(self, code: str, field: str = "", **data: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.data = data

    def __str__(self) -> str:
        return str(SENTENCES[self.code]) % self.data


#: What Django's forms say by themselves. Named here, they are in our catalogue, whose words win over Django's.
OF_DJANGO: Final = (
    gettext_noop("This field is required."),
    gettext_noop("Enter a valid date."),
    gettext_noop("Enter a valid time."),
    gettext_noop("Enter a valid date/time."),
    gettext_noop("Enter a valid email address."),
    gettext_noop("Enter a valid URL."),
    gettext_noop("Enter a number."),
    gettext_noop("Enter a whole number."),
    gettext_noop("Enter a valid value."),
    gettext_noop("Select a valid choice. %(value)s is not one of the available choices."),
    gettext_noop("Select a valid choice. That choice is not one of the available choices."),
    gettext_noop("Ensure this value is less than or equal to %(limit_value)s."),
    gettext_noop("Ensure this value is greater than or equal to %(limit_value)s."),
    gettext_noop("The submitted file is empty."),
    gettext_noop("Null characters are not allowed."),
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
)
