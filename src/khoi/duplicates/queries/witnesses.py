"""What two rows of a file say for and against their being one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from khoi.duplicates.rules.certainty import Evidence, all_alike, name_likeness, speaks_against
from khoi.duplicates.rules.columns import Kind, numbers_rows


class Witnesses:
    """``kinds`` and ``tidied`` by column, ``names`` row by row, as they stand in the file."""

    def __init__(self, kinds: Mapping[str, Kind], tidied: Mapping[str, Sequence[str]], names: Sequence[str]) -> None:
        self._tidied, self._names = tidied, names
        self._own = [column for column, kind in kinds.items() if numbers_rows(kind, tidied[column])]
        self._addresses = [column for column, kind in kinds.items() if kind in ("email", "phone")]
        self._of = {kind: [c for c, one in kinds.items() if one == kind] for kind in ("email", "phone", "date")}
        self._holders: dict[tuple[str, str], set[str]] = defaultdict(set)
        for column in [*self._addresses, *self._own]:
            for value, name in zip(tidied[column], names, strict=False):
                self._holders[column, value].add(name)

    def of(self, one: int, other: int, likelihood: float) -> Evidence:
        name = name_likeness(self._names[one], self._names[other]) if self._names else "other"
        shared = [(column, self._tidied[column][one]) for column in [*self._addresses, *self._own]]
        theirs = any(
            value and self._tidied[column][other] == value and all_alike(self._holders[column, value])
            for column, value in shared
        )
        against = speaks_against(
            name,
            phones=self._apart(self._of["phone"], one, other),
            emails=self._apart(self._of["email"], one, other),
            companies=False,
            regions=False,
            own=self._apart([*self._own, *self._of["date"]], one, other),
        )
        return Evidence(int(likelihood * 100), theirs, name, against)

    def _apart(self, columns: Sequence[str], one: int, other: int) -> bool:
        both = ((self._tidied[column][one], self._tidied[column][other]) for column in columns)
        return any(mine and theirs and mine != theirs for mine, theirs in both)
