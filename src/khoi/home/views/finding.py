"""A list that is searched by words and read on in parts: people, accounts."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from khoi.home.queries.people import slice_of
from khoi.kit.addresses import address
from khoi.team.rules import Principal


def found(
    request: HttpRequest,
    actor: Principal,
    matching: Callable[[Principal, str], QuerySet[Any]],
    rows_of: Callable[[Iterable[Any], Principal], list[Any]],
) -> dict[str, Any]:
    """What the template of such a list asks for: the words, the rows of this part, the address of the next."""
    text = request.GET.get("q", "")[:100].replace("\0", "")
    shown, after = slice_of(matching(actor, text), request.GET.get("after", ""))
    return {"q": text, "rows": rows_of(shown, actor), "next_url": address(request.GET, after=after) if after else ""}
