"""Two people who were one come apart."""

from collections.abc import Iterable

from proof.ledger import Act, Change, Goal, Key, Refused, Rows, breaks_a_rule
from proof.oracle.acting import Acting
from proof.oracle.identity import GATHERING, MERGING
from proof.oracle.parting import Parting


class Unmerging(Parting):
    def undo(self, target: int, *, with_dependents: bool) -> None:
        act = self.ledger.act(target)
        if act.verb == MERGING:
            self._unmerge(act, with_dependents=with_dependents)
        else:
            super().undo(target, with_dependents=with_dependents)

    def _unmerge(self, merge: Act, *, with_dependents: bool) -> None:
        """Both are as they were; what was changed since stays, and later merges of the same people are made anew. What
        came back meanwhile is whose it was. Of people who were deleted the deletion goes back, too."""
        if self.ledger.is_taken_back(merge.number):
            raise Refused("already_undone")
        pair = {("person", number) for number in (merge.names or ())[:2]}
        takers = {taker for key in pair - self.rows.keys() if (taker := self.ledger.last_taker(key)) is not None}
        if takers and not with_dependents:
            raise Refused("dependents", takers)
        later = self._later_merges(merge)
        acts = {merge.number, *(act.number for act in later), *takers, *self._gathered_since(merge, later)}
        while True:
            goal = self.ledger.goal(acts, self.rows)
            more = goal.built | {n for n in goal.later if self.ledger.act(n).verb == MERGING}
            if more <= acts:
                break
            acts |= more
        rows = self._mended(goal)
        self._refuse_what_is_gone(acts, goal)
        if breaks_a_rule(rows):
            rows = self._mended(goal, identity_only=True)
            if breaks_a_rule(rows):
                raise Refused("clash")
        if rows == self.rows:
            raise Refused("erased" if goal.left else "nothing_to_undo")
        self._restore(acts, rows)
        self._part(self.ledger.acts[-1])
        for act in later:
            self._merge_again(act)
        self._follow_leads(merge)
        self._gather()

    def _later_merges(self, merge: Act) -> list[Act]:
        assert merge.names is not None
        people = {*merge.names[:2]}
        found = []
        for number in sorted(self.ledger.standing()):
            act = self.ledger.act(number)
            if act.verb == MERGING and number > merge.number and act.names and people & {*act.names[:2]}:
                people |= {*act.names[:2]}
                found.append(act)
        return found

    def _gathered_since(self, merge: Act, later: Iterable[Act]) -> set[int]:
        """What brought rows to the survivors that came back to one of these people."""
        people = {number for act in (merge, *later) for number in (act.names or ())[:2]}
        people |= {n for n in self.all("person") if self.row("person", n)["merged_into"] in people}
        return {
            number
            for number in self.ledger.standing()
            if number > merge.number and self.ledger.act(number).verb == GATHERING
            if any(change.subject in people for change in self.ledger.act(number).changes)
        }

    def _mended(self, goal: Goal, *, identity_only: bool = False) -> Rows:
        """Of two first addresses of one person the earlier stays first. ``identity_only``: leads and deals only go back
        to whom they belong."""
        rows = self._unparted(goal)
        for key in goal.touched if identity_only else ():
            if key[0] in ("lead", "deal") and key in self.rows and key in rows:
                rows[key] = {**self.rows[key], "person": rows[key]["person"]}
            if key[0] in ("lead_value", "deal_value") and key in self.rows:
                rows[key] = dict(self.rows[key])
        seen = set()
        for key in sorted(key for key in goal.touched if key[0] == "point" and key in rows):
            row = rows[key]
            if row["primary"] and row["absorbed_into"] is None:
                row["primary"] = row["person"] not in seen
                seen.add(row["person"])
        return rows

    def _merge_again(self, act: Act) -> None:
        assert act.names is not None
        survivor, loser, choices = act.names
        if ("person", survivor) in self.rows and ("person", loser) in self.rows:
            edited = dict.fromkeys(self._edited_since(act, survivor), "survivor")
            filled = self._filled_since(act, survivor)
            wanted = {name: side for name, side in {**choices, **edited}.items() if name not in filled}
            self.merge(survivor, loser, wanted)

    def _edited_since(self, merge: Act, person: int) -> set[str]:
        found: set[str] = set()
        for number in self.ledger.standing():
            act = self.ledger.act(number)
            if number > merge.number and act.verb != MERGING:
                for change in act.changes:
                    found |= _edited(change, person)
        return found

    def _follow_leads(self, merge: Act) -> None:
        """A deal of a lead that went back goes back with it if it was made since, or restored."""
        assert merge.names is not None
        survivor, loser, _ = merge.names
        with Acting(self, "follow_leads"):
            for act in self.ledger.acts[merge.number + 1 :]:
                for change in act.changes:
                    key = change.key
                    came = change.before is None and change.after is not None
                    if came and key[0] == "deal" and key in self.rows and self._of(key) == (survivor, loser):
                        self.rows[key]["person"] = loser

    def _of(self, deal: Key) -> tuple[int, int | None]:
        """Whose the deal is, and whose its lead."""
        row = self.rows[deal]
        return row["person"], self.row("lead", row["lead"])["person"] if row["lead"] else None


def _edited(change: Change, person: int) -> set[str]:
    columns = change.columns or frozenset()
    if change.key == ("person", person):
        return {*columns} & {"name", "job"}
    if change.key[0] == "point" and change.before and change.before["person"] == person and "primary" in columns:
        return {"email"}
    return set()
