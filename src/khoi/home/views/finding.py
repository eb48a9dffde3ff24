"""A list that is searched by words and by custom fields and read on in parts: people, accounts."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from khoi.custom.forms import own_list
from khoi.custom.queries import part_by
from khoi.home.queries.people import SIZE, slice_of
from khoi.kit.addresses import address
from khoi.team.rules import Principal
from khoi.workspace import queries as workspace


def found(
    request: HttpRequest,
    actor: Principal,
    model: type[Model],
    matching: Callable[[Principal, str], QuerySet[Any]],
    rows_of: Callable[[Iterable[Any], Principal], list[Any]],
) -> dict[str, Any]:
    """What the template of such a list asks for: the words, the custom fields, the rows of this part, the address of
    the next."""
    text = request.GET.get("q", "")[:100].replace("\0", "")
    own = own_list(model, request.GET, now=actor.at or timezone.now(), zone=workspace.zone())
    rows, place = own.among(matching(actor, text)), request.GET.get("after", "")
    if own.sort is not None:
        shown, after = part_by(rows, own.sort, down=own.down, after=place, size=SIZE)
    else:
        shown, after = slice_of(rows, place)
    return {
        "q": text,
        "own": own.beside(shown),
        "rows": rows_of(shown, actor),
        "next_url": address(request.GET, after=after) if after else "",
    }
