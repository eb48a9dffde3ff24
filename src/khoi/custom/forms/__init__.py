"""Custom fields in forms: their values among the fields of a record, and the fields themselves in the settings."""

from khoi.custom.forms.defining import ChangeForm, NewForm
from khoi.custom.forms.filling import add_fields, clash_words, filled_in, form_name, input_for, typed_over
from khoi.custom.forms.filtering import OwnList, own_list, own_pairs

__all__ = [
    "ChangeForm",
    "NewForm",
    "OwnList",
    "add_fields",
    "clash_words",
    "filled_in",
    "form_name",
    "input_for",
    "own_list",
    "own_pairs",
    "typed_over",
]
