"""What each verb of the product does to people, leads, accounts and deals, in plain Python.

Nothing of Khơi is imported here. New rows get numbers below zero until ``rename`` tells the real ones.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from proof.ledger import (
    ERASING,
    POINTERS,
    Act,
    Change,
    Goal,
    Key,
    Ledger,
    Refused,
    Row,
    Rows,
    breaks_a_rule,
    difference,
    subject_of,
)

SUSPECT: Final = "suspect"
OPPORTUNITY: Final = "opportunity"
ERASED: Final = "—"
MERGING: Final = "merge_people"
GATHERING: Final = "gather_strays"
#: Columns that say something of a person, by table; an erasure empties the old values of these.
PERSONAL: Final = {
    "person": {"name", "job"},
    "point": {"email"},
    "lead": {"need", "company", "note"},
    "reference": {"number"},
    "contact": set[str](),
    "deal": {"name"},
    "account": {"name"},
    "decision": {"words"},
    "move": {"words"},
}
#: Tables whose rows belong to a person directly, in the order in which a merge sees to them.
OF_PERSON: Final = ("contact", "lead", "point", "deal")


@dataclass(slots=True)
class Oracle:
    """``rows``: what the tables should hold now. ``admin``: who gets what nobody else looks after. ``now``: the
    moment of the next act."""

    admin: int
    rows: Rows = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    fresh: int = 0
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    # --- looking

    def all(self, table: str, **wanted: Any) -> list[int]:
        """Numbers of the rows with these values, the earliest first; new ones come last."""
        found = [n for (name, n), row in self.rows.items() if name == table and _has(row, wanted)]
        return sorted(found, key=lambda n: (n < 0, abs(n)))

    def row(self, table: str, number: int) -> Row:
        return self.rows[table, number]

    def root(self, person: int) -> int:
        return self.row("person", person)["merged_into"] or person

    def live_people(self) -> list[int]:
        return self.all("person", merged_into=None, erased=False)

    def live_leads(self) -> list[int]:
        return [n for n in self.all("lead") if not self.row("person", self.row("lead", n)["person"])["erased"]]

    def holder(self, email: str) -> int | None:
        """Who is known by the address: of several the one known longest."""
        points = self.all("point", email=email, absorbed_into=None)
        return min((self.row("point", n)["person"] for n in points), default=None, key=lambda n: (n < 0, abs(n)))

    # --- verbs

    def capture(self, *, name: str, email: str, company: str) -> None:
        """A known address joins its person, whose blanks are filled; otherwise somebody new comes in."""
        with _Acting(self, "capture_lead"):
            person = self.holder(email) if email else None
            if person is None:
                person = self._add_person(name, email)
            elif not self.row("person", person)["name"]:
                self.row("person", person)["name"] = name
            self._add_lead(person, company)

    def edit_lead(self, lead: int, *, need: str) -> None:
        with _Acting(self, "edit_lead"):
            self.row("lead", lead)["need"] = need

    def edit_person(self, person: int, changes: Mapping[str, Any]) -> None:
        with _Acting(self, "edit_person"):
            self.row("person", person).update({n: v for n, v in changes.items() if n != "emails"})
            if "emails" in changes:
                self._list_emails(person, list(dict.fromkeys(changes["emails"])))

    def assign(self, leads: Iterable[int], *, owner: int) -> None:
        with _Acting(self, "assign_leads"):
            for lead in leads:
                if self.row("lead", lead)["owner"] != owner:
                    self.row("lead", lead)["owner"] = owner
                    self._add("assignment", lead=lead, owner=owner)

    def convert(self, lead: int) -> None:
        """One account, contact and deal; a lead that has a deal keeps it."""
        with _Acting(self, "convert_lead"):
            if self.all("deal", lead=lead):
                return
            row = self.row("lead", lead)
            account = row["account"] or self._account_of(lead)
            contact = next(iter(self.all("contact", person=row["person"], account=account, absorbed_into=None)), None)
            if contact is None:
                contact = self._add("contact", person=row["person"], account=account, absorbed_into=None)
            name = row["need"] or self.row("account", account)["name"]
            whose = {"person": row["person"], "account": account, "contact": contact, "lead": lead}
            self._add("move", deal=self._add("deal", name=name, owner=row["owner"], **whose))
            row["account"] = account
            self._enter(lead, OPPORTUNITY)

    def merge(self, survivor: int, loser: int, choices: dict[str, str]) -> None:
        with _Acting(self, MERGING) as acting:
            stays, goes = self.root(survivor), self.root(loser)
            acting.names = (stays, goes, choices)
            if stays != goes:
                self._merge(stays, goes, choices)

    def import_rows(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Rows of (number elsewhere, name, address). A known number is that lead, and a person who came with it is
        called as the file says; else a known address joins its person."""
        with _Acting(self, "import_file"):
            known = {number: self._referred(number) for number, _, _ in rows}
            called: set[int] = set()
            for number, name, email in rows:
                called.add(self._import(known[number], number, name, email, called))

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
        with _Acting(self, ERASING) as acting:
            people = {self.root(person), *self.all("person", merged_into=self.root(person))}
            acting.called, acting.linked = self._names_of(people), self._accounts_once_of(people)
            private = self._households(people, acting.called, acting.linked)
            theirs = {key for key in self.rows if subject_of(key, self.rows) in people and key[0] in PERSONAL}
            for key in theirs | private:
                self._empty(key)
            acting.emptied, acting.erased = theirs | private, people

    # --- parts of verbs

    def _add(self, table: str, **row: Any) -> int:
        self.fresh -= 1
        self.rows[table, self.fresh] = row
        return self.fresh

    def _add_person(self, name: str, email: str) -> int:
        person = self._add("person", name=name, job="", merged_into=None, merged_at=None, erased=False)
        if email:
            self._add_point(person, email)
        return person

    def _add_point(self, person: int, email: str) -> None:
        first = not self.all("point", person=person, primary=True)
        self._add("point", person=person, email=email, primary=first, absorbed_into=None)

    def _add_lead(self, person: int, company: str) -> int:
        """It goes to whoever has the person's last lead."""
        earlier = self.all("lead", person=person)
        owner = self.row("lead", earlier[-1])["owner"] if earlier else self.admin
        said = {"need": "", "company": company, "note": ""}
        lead = self._add("lead", person=person, account=None, owner=owner, stage=SUSPECT, **said)
        self._add("assignment", lead=lead, owner=owner)
        return lead

    def _enter(self, lead: int, stage: str) -> None:
        if self.row("lead", lead)["stage"] != stage:
            self.row("lead", lead)["stage"] = stage
            self._add("decision", lead=lead, stage=stage)

    def _list_emails(self, person: int, emails: list[str]) -> None:
        """The whole new list, the first one primary."""
        old = {self.row("point", n)["email"]: n for n in self.all("point", person=person, absorbed_into=None)}
        for gone in [old[email] for email in old if email not in emails]:
            for double in self.all("point", absorbed_into=gone):
                del self.rows["point", double]
            del self.rows["point", gone]
        for place, email in enumerate(emails):
            if email in old:
                self.row("point", old[email])["primary"] = place == 0
            else:
                self._add("point", person=person, email=email, primary=place == 0, absorbed_into=None)

    def _account_of(self, lead: int) -> int:
        row = self.row("lead", lead)
        name = row["company"] or self.row("person", row["person"])["name"] or f"Lead {lead}"
        return self._add("account", name=name, owner=row["owner"])

    def _referred(self, number: str) -> int | None:
        return next((self.row("reference", n)["lead"] for n in self.all("reference", number=number)), None)

    def _import(self, lead: int | None, number: str, name: str, email: str, called: Collection[int]) -> int:
        """Whom the row is about. ``called``: those whom an earlier row of the file has named."""
        holder = self.holder(email)
        if lead is None:
            if holder is None:
                holder = self._add_person(name, email)
            elif not self.row("person", holder)["name"]:
                self.row("person", holder)["name"] = name
            self._add("reference", lead=self._add_lead(holder, ""), number=number)
            return holder
        person: int = self.row("lead", lead)["person"]
        came_with = self.ledger.maker(("person", person)) == self.ledger.maker(("lead", lead))
        if (came_with and person not in called) or not self.row("person", person)["name"]:
            self.row("person", person)["name"] = name
        if holder is None:
            self._add_point(person, email)
        elif not self.all("point", person=person, email=email, absorbed_into=None):
            self.row("lead", lead)["note"] = email  # somebody else's
        return person

    # --- merging

    def _merge(self, stays: int, goes: int, choices: Mapping[str, str]) -> None:
        mine, theirs = self._profile(stays), self._profile(goes)
        chosen = {name: _chosen(mine[name], theirs[name], choices.get(name)) for name in mine}
        for table in OF_PERSON:
            self._absorb(table, stays, goes)
            for number in self.all(table, person=goes):
                self.row(table, number)["person"] = stays
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
        column = {"point": "email", "contact": "account"}.get(table)
        if column is None:
            return
        mine = {self.row(table, n)[column]: n for n in self.all(table, person=stays, absorbed_into=None)}
        for double in self.all(table, person=goes, absorbed_into=None):
            row = self.row(table, double)
            if row[column] in mine:
                row["absorbed_into"] = mine[row[column]]
                row.update({"primary": False} if table == "point" else {})
                for deal in self.all("deal", contact=double) if table == "contact" else ():
                    self.row("deal", deal)["contact"] = row["absorbed_into"]
        if table == "point" and self.all("point", person=stays, primary=True):
            for number in self.all("point", person=goes, primary=True):
                self.row("point", number)["primary"] = False

    def _promote(self, person: int, email: str) -> None:
        points = self.all("point", person=person, absorbed_into=None)
        points.sort(key=lambda n: not self.row("point", n)["primary"])
        if points:
            first = next((n for n in points if self.row("point", n)["email"] == email), points[0])
            for number in points:
                self.row("point", number)["primary"] = number == first

    # --- deleting and erasing

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
        with _Acting(self, verb):
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
        if table in ("point", "reference"):
            del self.rows[key]
            return
        row = self.rows[key]
        row.update({name: ERASED if table in ("deal", "account") else "" for name in PERSONAL[table] if name in row})
        if table == "person":
            row["erased"] = True

    # --- taking back

    def undo(self, target: int, *, with_dependents: bool) -> None:
        """Take the act back exactly, or raise ``Refused``. Of an undo this is doing again."""
        act = self.ledger.act(target)
        if act.verb == MERGING:
            self._unmerge(act, with_dependents=with_dependents)
            return
        if self.ledger.is_taken_back(target):
            raise Refused("already_undone")
        if act.verb == ERASING:
            raise Refused("erased")
        for whole_rows in (False, True):
            acts, goal = self._whole({target}, whole_rows=whole_rows)
            if acts != {target} and not with_dependents:
                raise Refused("dependents", acts - {target})
            self._refuse_what_is_gone(acts, goal)
            if not breaks_a_rule(goal.rows):
                if goal.rows == self.rows:
                    raise Refused("erased" if goal.left else "nothing_to_undo")
                self._restore(acts, goal.rows)
                self._gather()
                return
        raise Refused("clash")

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
        with _Acting(self, "undo") as acting:
            acting.undoes = frozenset(acts)
            self.rows = rows

    def _gather(self) -> None:
        """What came back to somebody who is merged by now goes to the survivor."""
        with _Acting(self, GATHERING):
            for person in self.all("person"):
                stays = self.row("person", person)["merged_into"]
                for table in OF_PERSON if stays is not None else ():
                    self._absorb(table, stays, person)
                    for number in self.all(table, person=person):
                        self.row(table, number)["person"] = stays

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
        rows = {key: dict(row) for key, row in goal.rows.items()}
        for key in goal.touched if identity_only else ():
            if key[0] in ("lead", "deal") and key in self.rows and key in rows:
                rows[key] = {**self.rows[key], "person": rows[key]["person"]}
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
            self.merge(survivor, loser, {**choices, **edited})

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
        with _Acting(self, "follow_leads"):
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

    # --- what the machine asks after each step

    def rename(self, names: Mapping[Key, int]) -> None:
        """The numbers that new rows got, everywhere."""
        self.rows = {_named(key, names): renamed(key, row, names) for key, row in self.rows.items()}
        for act in self.ledger.acts:
            if any(change.key in names for change in act.changes) or act.names:
                act.changes = [_renamed_change(change, names) for change in act.changes]


class _Acting:
    """What changes inside is one act, if anything does."""

    def __init__(self, oracle: Oracle, verb: str) -> None:
        self.oracle, self.verb = oracle, verb
        self.undoes: frozenset[int] = frozenset()
        self.names: tuple[int, int, dict[str, str]] | None = None
        self.emptied: set[Key] = set()
        self.erased: set[int] = set()
        self.called: set[str] = set()
        self.linked: set[int] = set()

    def __enter__(self) -> "_Acting":
        self.before = {key: dict(row) for key, row in self.oracle.rows.items()}
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        changes = difference(self.before, self.oracle.rows)
        if kind is not None or not changes:
            return
        acts = self.oracle.ledger.acts
        acts.append(Act(len(acts), self.verb, changes, self.undoes, self.names))
        if self.erased:
            self._forget(acts)

    def _forget(self, acts: Iterable[Act]) -> None:
        """Old values go: of rows and people that were erased, and of accounts in their name that are gone."""
        for act in acts:
            act.changes = [
                replace(c, forgotten=c.forgotten or self._forgets(c) or _gone_in(self.called, self.linked, c))
                for c in act.changes
            ]

    def _forgets(self, change: Change) -> bool:
        return _forgets(change, self.emptied, self.erased)


def _forgets(change: Change, rows: Collection[Key], people: Collection[int]) -> bool:
    """Whether the change kept an old value that an erasure takes away."""
    personal = PERSONAL.get(change.key[0])
    if change.before is None or not personal:
        return False
    return bool(change.columns is None or change.columns & personal) and (
        change.key in rows or change.subject in people
    )


def _gone_in(names: Collection[str], linked: Collection[int], change: Change) -> bool:
    gone = change.after is None and change.key[0] == "account" and change.key[1] in linked
    return gone and change.before is not None and change.before["name"] in names


def _has(row: Row, wanted: Mapping[str, Any]) -> bool:
    return all(row[name] == value for name, value in wanted.items())


def _chosen(mine: str, theirs: str, wanted: str | None) -> str:
    if wanted is not None:
        return mine if wanted == "survivor" else theirs
    return mine or theirs


def _edited(change: Change, person: int) -> set[str]:
    columns = change.columns or frozenset()
    if change.key == ("person", person):
        return {*columns} & {"name", "job"}
    if change.key[0] == "point" and change.before and change.before["person"] == person and "primary" in columns:
        return {"email"}
    return set()


def _named(key: Key, names: Mapping[Key, int]) -> Key:
    return (key[0], names.get(key, key[1]))


def renamed(key: Key, row: Row, names: Mapping[Key, int]) -> Row:
    return {
        column: names.get((POINTERS[key[0], column], value), value) if (key[0], column) in POINTERS else value
        for column, value in row.items()
    }


def _renamed_change(change: Change, names: Mapping[Key, int]) -> Change:
    before = renamed(change.key, change.before, names) if change.before else None
    after = renamed(change.key, change.after, names) if change.after else None
    subject = change.subject and names.get(("person", change.subject), change.subject)
    return Change(_named(change.key, names), before, after, subject, change.forgotten)
