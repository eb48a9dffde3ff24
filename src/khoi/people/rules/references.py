"""What happens to a row that points at a person, when that person is merged, un-merged or erased.

The list itself is ``khoi/references.py``; it is the one place that knows every room.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["Bare", "Beyond", "Clash", "OnErase", "OnMerge", "Reference", "References"]

#: ``move``: the row goes to the survivor, and back. ``follow``: a derived column, rebuilt from where ``follows``
#: leads. ``rebuild``: a derived table, rebuilt as a whole. ``flatten``: names the survivor in one step for ever.
#: ``stay``: it says who it was about at the time and is read through the survivor.
OnMerge = Literal["move", "follow", "rebuild", "flatten", "stay"]

#: ``delete``: the row goes. ``empty``: the row stays for the figures, its personal columns are emptied.
#: ``keep``: the row stays whole, by law or because it holds nothing personal.
OnErase = Literal["delete", "empty", "keep"]

#: What to do when the survivor has such a row already. ``fold``: the other row is absorbed into it (column
#: ``absorbed_into``, the constraint leaves absorbed rows out). ``demote``: the other row loses its flag.
Clash = Literal["fold", "demote"]


@dataclass(frozen=True, slots=True)
class Reference:
    """One foreign key to a person. ``table`` is the model's label; ``unique``: name of each unique constraint that
    holds the key → what a merge does when it would be broken. ``in_file``: shown to the person who asks for
    their data."""

    table: str
    field: str
    on_merge: OnMerge
    on_erase: OnErase
    follows: str = ""
    unique: Mapping[str, Clash] = dataclasses.field(default_factory=dict)
    in_file: bool = True
    #: Personal columns that an erasure leaves as they are, because they say nothing of this one person.
    keeps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Beyond:
    """A table that speaks of a person without a key to them. ``path``: the keys that lead there, such as
    ``lead.person``."""

    table: str
    path: str
    on_erase: OnErase
    in_file: bool = True


@dataclass(frozen=True, slots=True)
class Bare:
    """A person's id in a column that is no foreign key: alone, or as the id of a (kind, id) pair. None is moved."""

    table: str
    column: str
    on_erase: OnErase
    in_file: bool = False


@dataclass(frozen=True, slots=True)
class References:
    keys: tuple[Reference, ...]
    bare: tuple[Bare, ...] = ()
    beyond: tuple[Beyond, ...] = ()
    #: Tables whose personal columns speak of others: organisations, colleagues.
    of_others: tuple[str, ...] = ()

    def of(self, table: str, name: str) -> Reference:
        """Raises ``LookupError`` for a foreign key that nobody declared."""
        found = next((one for one in self.keys if (one.table, one.field) == (table, name)), None)
        if found is None:
            raise LookupError(f"{table}.{name} points at a person; say in khoi/references.py what becomes of it")
        return found
