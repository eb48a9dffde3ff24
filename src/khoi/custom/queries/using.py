"""Where a field is asked for: rules that would break without it, and forms that would ask for less."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from khoi.custom.models import CustomField


@dataclass(frozen=True, slots=True)
class Use:
    """``where``: in words, like the name of a form; ``rule``: it decides something, so the field must stay."""

    where: str
    rule: bool


def uses_of(field: CustomField) -> list[Use]:
    """The setting ``KHOI_FIELD_USES`` names what knows them: the rooms that use fields stand above this one."""
    tell: Callable[[CustomField], list[Use]] = import_string(settings.KHOI_FIELD_USES)
    return tell(field)
