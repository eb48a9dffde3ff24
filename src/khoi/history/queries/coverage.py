"""Which acts are held back by an undo.

An undo holds back the acts it names, unless a later undo holds it back in turn. So redo, and the undo of a
redo, need no rule of their own.
"""

import json
from collections.abc import Iterable

from django.db.models import F

from khoi.history.models import Act


def coverage(*, without: Iterable[int] = (), by: int | None = None) -> dict[int, int]:
    """Act id → the latest undo that holds it back. With ``without``: as if the undo ``by`` named these."""
    newest = [(by, list(without))] if by is not None else []
    covered: dict[int, int] = {}
    for undo, named in newest + _undos(by):
        if undo not in covered:
            for act in named:
                covered.setdefault(act, undo)
    return covered


def _undos(leaving_out: int | None) -> list[tuple[int, list[int]]]:
    """Latest first. One that is not sealed yet is the latest."""
    found = Act.objects.filter(is_undo=True).exclude(pk=leaving_out or 0)
    rows = found.order_by(F("position").desc(nulls_first=True)).values_list("pk", "why")
    return [(pk, named_in(why)) for pk, why in rows]


def named_in(why: str) -> list[int]:
    """The acts an undo took back."""
    return [int(act) for act in json.loads(why).get("undoes", [])]
