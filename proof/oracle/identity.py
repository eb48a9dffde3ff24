"""Two people are one."""

from collections.abc import Mapping
from typing import Any, Final

from proof.oracle.acting import Acting
from proof.oracle.coming import Coming
from proof.oracle.values import CHOSEN

MERGING: Final = "merge_people"
GATHERING: Final = "gather_strays"
#: Tables whose rows belong to a person directly, in the order in which a merge sees to them.
OF_PERSON: Final = ("contact", "lead", "point", "person_value", "deal")
#: What a person has once, beside the person.
ONCE: Final = {"point": ("email",), "contact": ("account",), "person_value": ("field", "slot")}


class Identity(Coming):
    def merge(self, survivor: int, loser: int, choices: dict[str, str]) -> None:
        with Acting(self, MERGING) as acting:
            stays, goes = self.root(survivor), self.root(loser)
            acting.names = (stays, goes, choices)
            if stays != goes:
                self._merge(stays, goes, choices)

    def _merge(self, stays: int, goes: int, choices: Mapping[str, str]) -> None:
        mine, theirs = self._profile(stays), self._profile(goes)
        chosen = {name: _chosen(mine[name], theirs[name], choices.get(name)) for name in mine}
        side = {"survivor": stays, "loser": goes}
        own = {name: self._said("person", side[choices[name]], name) for name in CHOSEN if name in choices}
        for table in OF_PERSON:
            self._absorb(table, stays, goes)
            for number in self.all(table, person=goes):
                self.row(table, number)["person"] = stays
        self._put_all("person", stays, own)
        self._promote(stays, chosen["email"])
        for number in self.all("person", merged_into=goes):
            self.row("person", number)["merged_into"] = stays
        self.row("person", stays).update(name=chosen["name"], job=chosen["job"])
        self.row("person", goes).update(merged_into=stays, merged_at=self.now)

    def _profile(self, person: int) -> dict[str, str]:
        row = self.row("person", person)
        primary = [self.row("point", n)["email"] for n in self.all("point", person=person, primary=True)]
        return {"name": row["name"], "job": row["job"], "email": primary[0] if primary else ""}

    def _absorb(self, table: str, stays: int, goes: int) -> None:
        """What both have stands once: the loser's row behind the survivor's. Of two first addresses one stays first."""
        if table not in ONCE:
            return
        mine = {self._place(table, n): n for n in self.all(table, person=stays, absorbed_into=None)}
        for double in self.all(table, person=goes, absorbed_into=None):
            row = self.row(table, double)
            if (live := mine.get(self._place(table, double))) is not None:
                row["absorbed_into"] = live
                row.update({"primary": False} if table == "point" else {})
                if table == "person_value" and self.row(table, live)["said"] is None:
                    self.row(table, live)["said"] = row["said"]
                for deal in self.all("deal", contact=double) if table == "contact" else ():
                    self.row("deal", deal)["contact"] = row["absorbed_into"]
        if table == "point" and self.all("point", person=stays, primary=True):
            for number in self.all("point", person=goes, primary=True):
                self.row("point", number)["primary"] = False

    def _place(self, table: str, number: int) -> tuple[Any, ...]:
        return tuple(self.row(table, number)[column] for column in ONCE[table])

    def _promote(self, person: int, email: str) -> None:
        points = self.all("point", person=person, absorbed_into=None)
        points.sort(key=lambda n: not self.row("point", n)["primary"])
        if points:
            first = next((n for n in points if self.row("point", n)["email"] == email), points[0])
            for number in points:
                self.row("point", number)["primary"] = number == first

    def _gather(self) -> None:
        """What came back to somebody who is merged by now goes to the survivor."""
        with Acting(self, GATHERING):
            for person in self.all("person"):
                stays = self.row("person", person)["merged_into"]
                for table in OF_PERSON if stays is not None else ():
                    self._absorb(table, stays, person)
                    for number in self.all(table, person=person):
                        self.row(table, number)["person"] = stays


def _chosen(mine: str, theirs: str, wanted: str | None) -> str:
    if wanted is not None:
        return mine if wanted == "survivor" else theirs
    return mine or theirs
