"""What the groups of a report are called."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError

from khoi.campaigns.models import Campaign, Channel, Source
from khoi.team.models import Team, User

#: What stands for records without a source, an owner …
EMPTY = "empty"


def names(by: str, keys: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Key → (code for programs, name as stored)."""
    ids = [int(key) for key in keys if key.isdigit()] if by in _MODELS else []
    found = _rows(by, ids) if ids else {}
    return {key: found.get(key) or _plain(by, key) for key in keys}


_MODELS: dict[str, tuple[Any, str, str]] = {
    "source": (Source, "code", "name"),
    "campaign": (Campaign, "code", "name"),
    "owner": (User, "public_id", "full_name"),
    "team": (Team, "public_id", "name"),
}


def _rows(by: str, ids: list[int]) -> dict[str, tuple[str, str]]:
    model, code, name = _MODELS[by]
    return {str(pk): (str(c), n) for pk, c, n in model.objects.filter(pk__in=ids).values_list("pk", code, name)}


def _plain(by: str, key: str) -> tuple[str, str]:
    if not key:
        return "", EMPTY
    if by == "channel":
        return key, {str(code): str(label) for code, label in Channel.choices}.get(key, key)
    return key, key


def key_of(by: str, code: str) -> str | None:
    """The key of the group with this code; None when there is no such group. "" is the group without one."""
    if not code or by not in _MODELS:
        return code
    model, column, _ = _MODELS[by]
    try:
        found = model.objects.filter(**{column: code}).values_list("pk", flat=True).first()
    except (ValueError, ValidationError):
        return None
    return None if found is None else str(found)
