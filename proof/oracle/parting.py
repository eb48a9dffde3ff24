"""A value that came with one of two people and was changed while they were one: when they come apart the one has the
value of then, and whoever it was changed for keeps what was put there."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

from proof.ledger import Act, Change, Goal, Key, Rows
from proof.oracle.acting import Acting
from proof.oracle.identity import GATHERING, MERGING
from proof.oracle.undoing import Undoing

PARTING: Final = "part_values"
#: Acts that nobody asked for: they follow from others.
FOLLOWING: Final = {GATHERING, PARTING, "follow_leads"}


@dataclass(slots=True)
class _Parted:
    """``then``: what the row says without these ``acts``; ``put``: person → what they put there, the latest first."""

    key: Key
    then: Any
    put: dict[int, Any] = field(default_factory=dict)
    acts: set[int] = field(default_factory=set)


class Parting(Undoing):
    def _part(self, undo: Act) -> None:
        moved = [c for c in undo.changes if c.key[0] == "person_value" and c.columns and "person" in c.columns]
        found = [self._read_back(change.key) for change in moved]
        found = [one for one in found if one.acts and self.rows[one.key]["said"] != one.then]
        with Acting(self, PARTING) as acting:
            acting.after, acting.parts = undo.number, frozenset(n for one in found for n in one.acts)
            for one in found:
                self._give_back(one, acting)
            for one in found:
                self._keep(one)

    def _read_back(self, key: Key) -> _Parted:
        """From now to where the row last left whom it is with now."""
        row = self.rows[key]
        person, said = row["person"], row["said"]
        standing = self.ledger.standing()
        found = _Parted(key, said)
        for change, act in self._story(key):
            columns = change.columns or frozenset()
            if "said" in columns and change.before and act.number in standing and act.verb not in (MERGING, PARTING):
                found.put.setdefault(person, said)
                found.acts.add(act.number)
            if change.before is not None:
                said, person = change.before["said"], change.before["person"]
            if "person" in columns and person == row["person"]:
                break
        if found.acts:
            found.then = self._said_without(key, standing - found.acts)
        return found

    def _story(self, key: Key) -> list[tuple[Change, Act]]:
        """What befell the row, the latest first."""
        return [(c, act) for act in reversed(self.ledger.acts) for c in reversed(act.changes) if c.key == key]

    def _said_without(self, key: Key, standing: Collection[int]) -> Any:
        return self.ledger.replay(standing)[key]["said"]

    def _give_back(self, parted: _Parted, acting: Acting) -> None:
        """The history keeps the value of now among what was said of those whose it is."""
        row = self.rows[parted.key]
        person, behind = row["person"], row["absorbed_into"]
        row.update(person=next(iter(parted.put)), absorbed_into=parted.key[1])
        acting.note()
        row["said"] = parted.then
        acting.note()
        row.update(person=person, absorbed_into=behind)
        acting.note()

    def _keep(self, parted: _Parted) -> None:
        """Who has a value of their own has that one."""
        row = self.rows[parted.key]
        for person, said in parted.put.items():
            same = {"person": person, "field": row["field"], "slot": row["slot"], "absorbed_into": None}
            if said is not None and not self.all("person_value", **same):
                self._add("person_value", **same, said=said)

    def _unparted(self, goal: Goal) -> Rows:
        """What rows will say, where some were parted: as if what was put there for others had never been."""
        rows = {key: dict(row) for key, row in goal.rows.items()}
        standing = self.ledger.standing()
        after = standing ^ goal.turned
        for key in goal.touched & rows.keys():
            partings = [a for a in map(self.ledger.act, standing) if a.verb == PARTING and _changed(key, a)]
            if key[0] == "person_value" and partings:
                without = {a.number for a in partings} | {n for a in partings for n in a.parts}
                rows[key]["said"] = self._said_without(key, after - without)
        return rows

    def _filled_since(self, merge: Act, person: int) -> set[str]:
        """Fields of one's own that somebody filled since for this person."""
        found = set()
        for number in self.ledger.standing():
            act = self.ledger.act(number)
            if number > merge.number and act.verb not in {MERGING, *FOLLOWING}:
                for change in act.changes:
                    whose = (change.before or change.after or {}).get("person")
                    if change.key[0] == "person_value" and whose == person and change.key in self.rows:
                        found.add(self.rows[change.key]["field"])
        return found


def _changed(key: Key, act: Act) -> bool:
    return any(change.key == key and change.columns for change in act.changes)
