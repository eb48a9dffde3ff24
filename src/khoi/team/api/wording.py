"""What is wrong with a field of a request, in the language of whoever asks: a sentence for each type of pydantic."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

#: Type of the error → the sentence. ``%(…)s`` come from its context; a type that is not here is told in English.
SENTENCES: Final[Mapping[str, Promise]] = {
    "missing": _("This field is needed."),
    "extra_forbidden": _("There is no such field here, or it is not yours to write."),
    "none_required": _("This has to be null."),
    "string_type": _("This has to be text."),
    "string_too_short": _("At least %(min_length)s characters."),
    "string_too_long": _("At most %(max_length)s characters."),
    "string_pattern_mismatch": _("This does not have the right form: %(pattern)s"),
    "string_unicode": _("This is not proper Unicode."),
    "int_type": _("This has to be a whole number."),
    "int_parsing": _("This has to be a whole number."),
    "int_parsing_size": _("This number is too large."),
    "int_from_float": _("This has to be a whole number."),
    "float_type": _("This has to be a number."),
    "float_parsing": _("This has to be a number."),
    "finite_number": _("This has to be a number."),
    "decimal_type": _("This has to be a number."),
    "decimal_parsing": _("This has to be a number."),
    "bool_type": _("This has to be true or false."),
    "bool_parsing": _("This has to be true or false."),
    "list_type": _("This has to be a list."),
    "dict_type": _("This has to be an object."),
    "model_type": _("This has to be an object."),
    "model_attributes_type": _("This has to be an object."),
    "too_short": _("At least %(min_length)s of them."),
    "too_long": _("At most %(max_length)s of them."),
    "literal_error": _("This has to be one of: %(expected)s."),
    "enum": _("This has to be one of: %(expected)s."),
    "greater_than": _("This has to be more than %(gt)s."),
    "greater_than_equal": _("This has to be %(ge)s or more."),
    "less_than": _("This has to be less than %(lt)s."),
    "less_than_equal": _("This has to be %(le)s or less."),
    "uuid_type": _("This has to be an id."),
    "uuid_parsing": _("This has to be an id."),
    "date_type": _("This has to be a day, like 2026-11-22."),
    "date_parsing": _("This has to be a day, like 2026-11-22."),
    "date_from_datetime_parsing": _("This has to be a day, like 2026-11-22."),
    "date_from_datetime_inexact": _("This has to be a day, like 2026-11-22."),
    "datetime_type": _("This has to be a moment with its zone, like 2026-11-22T09:30:00+07:00."),
    "datetime_parsing": _("This has to be a moment with its zone, like 2026-11-22T09:30:00+07:00."),
    "datetime_from_date_parsing": _("This has to be a moment with its zone, like 2026-11-22T09:30:00+07:00."),
    "datetime_object_invalid": _("This has to be a moment with its zone, like 2026-11-22T09:30:00+07:00."),
    "timezone_aware": _("This has to be a moment with its zone, like 2026-11-22T09:30:00+07:00."),
}


def sentence_for(error: Mapping[str, Any]) -> str:
    """``error`` as pydantic has it: ``type``, ``msg`` and ``ctx``."""
    if error["type"] == "value_error":  # a sentence of our own, marked for the catalogue where it is raised
        return gettext(str(error["msg"]).removeprefix("Value error, "))
    if (sentence := SENTENCES.get(error["type"])) is None:
        return str(error["msg"])
    return str(sentence) % {name: _shown(value) for name, value in (error.get("ctx") or {}).items()}


def _shown(value: object) -> str:
    """Choices as pydantic lists them have an English “or” in front of the last."""
    return str(value).replace("' or '", "', '")
