"""People and leads come in, are edited, given to somebody and converted."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from proof.oracle.acting import Acting
from proof.oracle.values import Said, Values

SUSPECT: Final = "suspect"
OPPORTUNITY: Final = "opportunity"


class FileRow(NamedTuple):
    """``number``: of the lead, elsewhere. ``rank`` is the person's, ``gate`` the lead's; "" says nothing."""

    number: str
    name: str
    email: str
    rank: str
    gate: str


class Coming(Values):
    def capture(
        self, *, name: str, email: str, company: str, own: Mapping[str, Said], of_person: Mapping[str, Said]
    ) -> None:
        """A known address joins its person, whose blanks are filled; otherwise somebody new comes in. ``own``: what is
        said in the lead's own fields."""
        with Acting(self, "capture_lead"):
            person = self.holder(email) if email else None
            if person is None:
                person = self._add_person(name, email)
            elif not self.row("person", person)["name"]:
                self.row("person", person)["name"] = name
            self._fill("person", person, of_person)
            self._fill("lead", self._add_lead(person, company), own)

    def edit_lead(self, lead: int, changes: Mapping[str, Any], own: Mapping[str, Said]) -> None:
        with Acting(self, "edit_lead"):
            self.row("lead", lead).update(changes)
            self._put_all("lead", lead, own)

    def edit_deal(self, deal: int, changes: Mapping[str, Any], own: Mapping[str, Said]) -> None:
        with Acting(self, "edit_opportunity"):
            self.row("deal", deal).update(changes)
            self._put_all("deal", deal, own)

    def edit_person(self, person: int, changes: Mapping[str, Any], own: Mapping[str, Said]) -> None:
        with Acting(self, "edit_person"):
            self.row("person", person).update({n: v for n, v in changes.items() if n != "emails"})
            if "emails" in changes:
                self._list_emails(person, list(dict.fromkeys(changes["emails"])))
            self._put_all("person", person, own)

    def assign(self, leads: Iterable[int], *, owner: int) -> None:
        with Acting(self, "assign_leads"):
            for lead in leads:
                if self.row("lead", lead)["owner"] != owner:
                    self.row("lead", lead)["owner"] = owner
                    self._add("assignment", lead=lead, owner=owner)

    def convert(self, lead: int) -> None:
        """One account, contact and deal; a lead that has a deal keeps it."""
        with Acting(self, "convert_lead"):
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

    def import_rows(self, rows: Sequence[FileRow]) -> None:
        """A known number is that lead, and a person who came with it is called as the file says; else a known address
        joins its person. So it is with what is said in fields of one's own, of each once a file; nothing said empties
        nothing."""
        with Acting(self, "import_file"):
            known = {row.number: self._referred(row.number) for row in rows}
            called: set[int] = set()
            told: set[int] = set()
            for row in rows:
                person, replacing = self._import(known[row.number], row, called)
                called.add(person)
                if row.rank:
                    put = self._put_all if replacing and person not in told else self._fill
                    put("person", person, {"rank": row.rank})
                    told.add(person)

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

    def _import(self, lead: int | None, row: FileRow, called: Collection[int]) -> tuple[int, bool]:
        """Whom the row is about, and whether they came with its lead. ``called``: those whom an earlier row of the
        file has named."""
        holder = self.holder(row.email)
        own = {"gate": row.gate} if row.gate else {}
        if lead is None:
            if holder is None:
                holder = self._add_person(row.name, row.email)
            elif not self.row("person", holder)["name"]:
                self.row("person", holder)["name"] = row.name
            lead = self._add_lead(holder, "")
            self._add("reference", lead=lead, number=row.number)
            self._put_all("lead", lead, own)
            return holder, False
        person: int = self.row("lead", lead)["person"]
        came_with = self.ledger.maker(("person", person)) == self.ledger.maker(("lead", lead))
        if (came_with and person not in called) or not self.row("person", person)["name"]:
            self.row("person", person)["name"] = row.name
        if holder is None:
            self._add_point(person, row.email)
        elif not self.all("point", person=person, email=row.email, absorbed_into=None):
            self.row("lead", lead)["note"] = row.email  # somebody else's
        self._put_all("lead", lead, own)
        return person, came_with
