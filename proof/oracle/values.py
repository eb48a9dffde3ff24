"""What stands in fields of one's own: one row for each, of several choices one row each, known by its slot."""

from collections.abc import Mapping
from typing import Final

from proof.oracle.acting import State

#: A word or figure, several choices, or nothing.
Said = str | int | tuple[str, ...] | None
#: Fields with several choices; a merge leaves both people's.
SEVERAL: Final = {"likes"}
#: Of people: those in which a merge takes the one value or the other.
CHOSEN: Final = {"rank"}


class Values(State):
    def _said(self, of: str, record: int, field: str) -> Said:
        """What holds now."""
        rows = [self.row(f"{of}_value", n) for n in self._values(of, record, field)]
        said = [row["said"] for row in rows if row["said"] is not None]
        if field in SEVERAL:
            return tuple(sorted(said)) or None
        return said[0] if said else None

    def _values(self, of: str, record: int, field: str) -> list[int]:
        live = {"absorbed_into": None} if of == "person" else {}
        return self.all(f"{of}_value", **{of: record}, field=field, **live)

    def _put_all(self, of: str, record: int, own: Mapping[str, Said]) -> None:
        for field, said in own.items():
            self._put(of, record, field, said)

    def _fill(self, of: str, record: int, own: Mapping[str, Said]) -> None:
        """Only what is blank."""
        self._put_all(of, record, {field: said for field, said in own.items() if not self._said(of, record, field)})

    def _put(self, of: str, record: int, field: str, said: Said) -> None:
        """A row that is emptied stays."""
        goal = {code: code for code in said} if isinstance(said, tuple) else {} if said is None else {"": said}
        there = {self.row(f"{of}_value", n)["slot"]: n for n in self._values(of, record, field)}
        for slot in there.keys() - goal.keys():
            self.row(f"{of}_value", there[slot])["said"] = None
        for slot, value in goal.items():
            if slot in there:
                self.row(f"{of}_value", there[slot])["said"] = value
            else:
                behind = {"absorbed_into": None} if of == "person" else {}
                self._add(f"{of}_value", **{of: record}, field=field, slot=slot, said=value, **behind)
