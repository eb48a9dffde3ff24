"""Every route there is, read from the URL configuration and from OpenAPI."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

#: Not ours to judge: unnamed catch-alls.
API_PREFIX = "api/"


@dataclass(frozen=True)
class Route:
    """``name`` as in the expectations: ``team:people`` for pages, ``/api/users`` for the API; the method small."""

    name: str
    method: str


def web_names() -> list[str]:
    """Names of all pages, with their namespace; a page without a name is listed by its address."""
    return sorted(set(_walk(get_resolver().url_patterns, "", "")))


def _walk(patterns: list[URLPattern | URLResolver], space: str, address: str) -> Iterator[str]:
    for pattern in patterns:
        here = address + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if here != API_PREFIX:
                yield from _walk(pattern.url_patterns, _join(space, pattern.namespace), here)
        else:
            yield _join(space, pattern.name) if pattern.name else here


def _join(space: str, name: str | None) -> str:
    return ":".join(part for part in (space, name) if part)


def api_routes() -> list[Route]:
    """Every operation of OpenAPI."""
    from khoi.api import api

    paths = api().get_openapi_schema()["paths"]
    return [Route(path, method) for path, operations in sorted(paths.items()) for method in operations]
