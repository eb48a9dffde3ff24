"""What a second sender is told of the first answer: what they may see today, and no more."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from khoi.history.services import Answered
from khoi.team.queries import out_of_sight
from khoi.team.rules import Principal

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_UNKNOWN, _FORBIDDEN, _HIDDEN = 401, 403, 404


def told_again(actor: Principal, first: Answered, today: Answered | None) -> Answered:
    """The first answer, when the request would be allowed today and the actor sees the records it is about.

    Refused today, it is refused. A record that is out of sight is not there, unless the first answer said that it was
    done and no more: so who deleted something and asks again is told. Made and out of sight since, it was done: 204.
    """
    status = today.status if today is not None else 0
    if today is not None and (status in (_UNKNOWN, _FORBIDDEN) or (status == _HIDDEN and not _says_no_word(first))):
        return today
    if first.status < 300 and out_of_sight(actor, _ids_about(first)):
        return Answered(204, again=True)
    return first


def _says_no_word(first: Answered) -> bool:
    """Whether it is nothing, or nothing but numbers, as the act of a deletion."""
    return not first.body or (first.status < 300 and not _has_words(_body(first, otherwise="")))


def _has_words(body: Any) -> bool:
    parts = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    return isinstance(body, str) or any(map(_has_words, parts))


def _ids_about(first: Answered) -> set[str]:
    """Ids of the records an answer is about: its own, or those of its parts. What stands deeper belongs to these."""
    body = _body(first)
    if isinstance(body, dict) and "id" in body:
        return _ids([body])
    return _ids(body.values() if isinstance(body, dict) else body if isinstance(body, list) else ())


def _ids(parts: Iterable[Any]) -> set[str]:
    found = {str(part.get("id")) for part in parts if isinstance(part, dict)}
    return {one for one in found if _ID.fullmatch(one)}


def _body(first: Answered, otherwise: Any = None) -> Any:
    try:
        return json.loads(first.body)
    except ValueError:
        return otherwise
