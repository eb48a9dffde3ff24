"""Which acts are held back by an undo.

An undo holds back the acts it names, unless a later undo holds it back in turn. So redo, and the undo of a
redo, need no rule of their own.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from khoi.kit.db.asking import ask

_UNDOS = "select id, why from history_act where is_undo and id not in ({ids}) order by position desc nulls first"


@dataclass(frozen=True, slots=True)
class Coverage:
    """``held``: act id → the latest undo that holds it back. ``undos``: all acts that are an undo."""

    held: dict[int, int]
    undos: frozenset[int]

    def counts(self, act: int) -> bool:
        """Whether the act is felt in the state of its rows."""
        return act not in self.held and act not in self.undos


def coverage(*, without: Iterable[int] = (), by: int | None = None) -> Coverage:
    """As it is; with ``without``, as if the undo ``by`` named these acts."""
    newest = [(by, list(without))] if by is not None else []
    undos = newest + _undos(by)
    held: dict[int, int] = {}
    for undo, named in undos:
        if undo not in held:
            for act in named:
                held.setdefault(act, undo)
    return Coverage(held, frozenset(undo for undo, _ in undos))


def _undos(leaving_out: int | None) -> list[tuple[int, list[int]]]:
    """Latest first. One that is not sealed yet is the latest."""
    return [(pk, named_in(why)) for pk, why in ask(_UNDOS, [leaving_out or 0])]


def named_in(why: str) -> list[int]:
    """The acts an undo took back."""
    return [int(act) for act in json.loads(why).get("undoes", [])]
