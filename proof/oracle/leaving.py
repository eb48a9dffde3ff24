"""Records are deleted, and people erased."""

from collections.abc import Collection
from typing import Final

from proof.ledger import ERASING, POINTERS, Key, Refused, Row, subject_of
from proof.oracle.acting import PERSONAL, Acting
from proof.oracle.coming import SUSPECT
from proof.oracle.identity import Identity

ERASED: Final = "—"


class Leaving(Identity):
    def delete_lead(self, lead: int) -> None:
        if self.all("deal", lead=lead):
            raise Refused("lead_has_deals")
        self._delete("delete_lead", ("lead", lead))

    def delete_deal(self, deal: int) -> None:
        self._delete("delete_opportunity", ("deal", deal))

    def delete_person(self, person: int) -> None:
        going = self._going(("person", person))
        if any(lead for key, lead in self._leads_held() if ("lead", lead) in going and key not in going):
            raise Refused("lead_has_deals")
        self._delete("delete_person", ("person", person))

    def erase(self, person: int) -> None:
        """The person and all merged into them; what history knew of them is emptied, too."""
        with Acting(self, ERASING) as acting:
            people = {self.root(person), *self.all("person", merged_into=self.root(person))}
            acting.called, acting.linked = self._names_of(people), self._accounts_once_of(people)
            private = self._households(people, acting.called, acting.linked)
            theirs = {key for key in self.rows if subject_of(key, self.rows) in people and key[0] in PERSONAL}
            for key in theirs | private:
                self._empty(key)
            acting.emptied, acting.erased = theirs | private, people

    def _going(self, key: Key) -> set[Key]:
        """Everything that points at it goes along, but leads of an account and deals of a contact, which do without."""
        going = {key}
        while True:
            more = {
                k for k, row in self.rows.items() if k not in going and any(t in going for t in self._held_by(k, row))
            }
            if not more:
                return going
            going |= more

    def _held_by(self, key: Key, row: Row) -> list[Key]:
        without = {("lead", "account"), ("deal", "contact"), ("deal", "lead"), ("deal", "account")}
        return [
            (POINTERS[key[0], column], value)
            for column, value in row.items()
            if value is not None and (key[0], column) in POINTERS and (key[0], column) not in without
        ]

    def _leads_held(self) -> list[tuple[Key, int]]:
        return [(("deal", n), self.row("deal", n)["lead"]) for n in self.all("deal")]

    def _delete(self, verb: str, key: Key) -> None:
        """A lead whose deal went stands where it stood before it was converted."""
        with Acting(self, verb):
            going = self._going(key)
            reopened = [self.row(*k)["lead"] for k in going if k[0] == "deal" and self.row(*k)["lead"] is not None]
            for number in self.all("deal"):
                if ("contact", self.row("deal", number)["contact"]) in going:
                    self.row("deal", number)["contact"] = None
            for gone in going:
                del self.rows[gone]
            for lead in reopened:
                if ("lead", lead) in self.rows:
                    self._enter(lead, SUSPECT)

    def _names_of(self, people: Collection[int]) -> set[str]:
        """By which they are known, or ever were."""
        earlier = {
            change.before["name"]
            for act in self.ledger.acts
            for change in act.changes
            if change.before and change.key[0] == "person" and change.key[1] in people and not change.forgotten
        }
        return ({self.row("person", n)["name"] for n in people} | earlier) - {""}

    def _accounts_once_of(self, people: Collection[int]) -> set[int]:
        """Those that a contact, lead or deal of theirs belonged to and does no more."""
        return {
            change.before["account"]
            for act in self.ledger.acts
            for change in act.changes
            if change.before and change.subject in people and "account" in (change.columns or change.before)
            if change.before["account"] is not None
        }

    def _households(self, people: Collection[int], names: Collection[str], once: Collection[int]) -> set[Key]:
        """Accounts of nobody else that are called as one of these people."""
        of = [
            (self.row(t, n)["account"], self.row(t, n)["person"])
            for t in ("contact", "lead", "deal")
            for n in self.all(t)
        ]
        theirs = {account for account, person in of if person in people} | set(once)
        others = {account for account, person in of if person not in people}
        standing = [("account", n) for n in theirs - others - {None} if ("account", n) in self.rows]
        return {key for key in standing if self.rows[key]["name"] in names}

    def _empty(self, key: Key) -> None:
        table = key[0]
        if table in ("point", "reference", "person_value", "lead_value", "deal_value"):
            del self.rows[key]
            return
        row = self.rows[key]
        row.update({name: ERASED if table in ("deal", "account") else "" for name in PERSONAL[table] if name in row})
        if table == "person":
            row["erased"] = True
