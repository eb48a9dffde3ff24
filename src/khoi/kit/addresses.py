"""Addresses of a list with some of what they ask changed."""

from collections.abc import Iterable

from django.http import QueryDict

__all__ = ["address"]


def address(asked: QueryDict, *, without: Iterable[str] = (), **changed: str) -> str:
    """The query of this page with some of it changed, always from the first row on."""
    query = asked.copy()
    for key in ("after", "from", *without):
        query.pop(key, None)
    for key, value in changed.items():
        query[key] = value
    return f"?{query.urlencode()}"
