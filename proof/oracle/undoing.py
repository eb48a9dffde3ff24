"""Acts are taken back, and done again."""

from collections.abc import Collection

from proof.ledger import ERASING, Goal, Refused, Rows, breaks_a_rule
from proof.oracle.acting import Acting
from proof.oracle.identity import MERGING
from proof.oracle.leaving import Leaving


class Undoing(Leaving):
    def undo(self, target: int, *, with_dependents: bool) -> None:
        """Take the act back exactly, or raise ``Refused``. Of an undo this is doing again."""
        if self.ledger.is_taken_back(target):
            raise Refused("already_undone")
        if self.ledger.act(target).verb == ERASING:
            raise Refused("erased")
        given = {target} | self._parted_by(target)
        for whole_rows in (False, True):
            acts, goal = self._whole(given, whole_rows=whole_rows)
            if acts != given and not with_dependents:
                raise Refused("dependents", acts - given)
            self._refuse_what_is_gone(acts, goal)
            if not breaks_a_rule(goal.rows):
                if goal.rows == self.rows:
                    raise Refused("erased" if goal.left else "nothing_to_undo")
                self._restore(acts, goal.rows)
                self._gather()
                return
        raise Refused("clash")

    def _parted_by(self, undo: int) -> set[int]:
        """What was parted because of it goes with it."""
        return {number for number in self.ledger.standing() if self.ledger.act(number).after == undo}

    def _whole(self, given: set[int], *, whole_rows: bool = False) -> tuple[set[int], Goal]:
        acts = set(given)
        while True:
            goal = self.ledger.goal(acts, self.rows, whole_rows=whole_rows)
            more = goal.dependents | self._tangled(goal, acts)
            if more <= acts:
                return acts, goal
            acts |= more

    def _tangled(self, goal: Goal, acts: Collection[int]) -> set[int]:
        """Merges that stand in the way of one that is done again: of whom somebody would be merged into, or of others
        into that somebody."""
        roots = {
            key[1]: row["merged_into"] for key, row in goal.rows.items() if key[0] == "person" and row["merged_into"]
        }
        new = {n for n in roots if self.rows.get(("person", n), {}).get("merged_into") != roots[n]}
        into = {roots[number] for number in new}
        tangled = {number for number, root in roots.items() if number in into or root in new}
        after = self.ledger.standing(without=acts)
        found = {self.ledger.last_setter(("person", number), "merged_into", after) for number in tangled}
        return {number for number in found if number is not None}

    def _refuse_what_is_gone(self, acts: Collection[int], goal: Goal) -> None:
        if goal.stuck:
            raise Refused("in_use")
        turned = [self.ledger.act(number) for number in goal.turned]
        halved = any(change.key in goal.left for act in turned if act.verb == MERGING for change in act.changes)
        if halved or any(self.ledger.act(number).verb == ERASING for number in acts):
            raise Refused("erased")

    def _restore(self, acts: Collection[int], rows: Rows) -> None:
        with Acting(self, "undo") as acting:
            acting.undoes = frozenset(acts)
            self.rows = rows
