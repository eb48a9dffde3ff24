"""Links and questions of a page of the past, which lead to pages of the same day."""

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.urls import Resolver404, resolve

#: A tag that leads somewhere or asks something.
_TAG: Final = re.compile(r"<(?:a|form)\b[^>]*>")
_ADDRESS: Final = re.compile(r'\b(href|hx-get|action)="([^"]*)"')
#: Says in a tag that its address is meant as it stands.
AS_IT_IS: Final = "data-as-it-is"


def carried(page: str, day: Mapping[str, str], *, here: str, known: Callable[[str], bool]) -> str:
    """The page with ``day`` in every address of a page that ``known`` says can be looked at as of a day.

    ``known`` is asked for the name of a route; ``here``: the path of this page.
    """
    said: dict[str, bool] = {}

    def leads_back(path: str) -> bool:
        if path not in said:
            said[path] = _leads_back(path, known)
        return said[path]

    def tag(found: "re.Match[str]") -> str:
        text = found[0]
        if AS_IT_IS in text:
            return text
        if not text.startswith("<form"):
            return _ADDRESS.sub(lambda one: _with(one, day, here, leads_back), text)
        asks = re.search(r'\bmethod="get"', text) and leads_back(_path_of(_ADDRESS.search(text), here))
        return text + _hidden(day) if asks else text

    return _TAG.sub(tag, page)


def _leads_back(path: str, known: Callable[[str], bool]) -> bool:
    try:
        return known(resolve(path).view_name)
    except Resolver404:
        return False


def _path_of(address: "re.Match[str] | None", here: str) -> str:
    return urlsplit(unescape(address[2])).path or here if address else here


def _with(found: "re.Match[str]", day: Mapping[str, str], here: str, leads_back: Callable[[str], bool]) -> str:
    address = urlsplit(unescape(found[2]))
    if address.scheme or address.netloc or not found[2].startswith(("/", "?")) or not leads_back(address.path or here):
        return found[0]
    asked = [(name, value) for name, value in parse_qsl(address.query, keep_blank_values=True) if name not in day]
    query = urlencode([*asked, *day.items()])
    return f'{found[1]}="{escape(address._replace(query=query).geturl())}"'


def leading(address: str, day: Mapping[str, str]) -> str:
    """The address of a page, of that day."""
    there = urlsplit(address)
    return there._replace(query=urlencode([*parse_qsl(there.query, keep_blank_values=True), *day.items()])).geturl()


def _hidden(day: Mapping[str, str]) -> str:
    return "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in day.items())
