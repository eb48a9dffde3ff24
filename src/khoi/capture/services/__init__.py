"""The doors in: public forms and imported files."""

from khoi.capture.services.editing import add_form, edit_form, publish_form
from khoi.capture.services.forms import Receipt, Visit, release_submission, submit_form
from khoi.capture.services.preparing import prepare_forms

__all__ = [
    "Receipt",
    "Visit",
    "add_form",
    "edit_form",
    "prepare_forms",
    "publish_form",
    "release_submission",
    "submit_form",
]
