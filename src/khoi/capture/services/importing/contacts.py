"""Rows that become people, and their role at an account: found by their number or their addresses, else made."""

from typing import Final

from khoi.accounts.models import Account, Contact
from khoi.activities.models import Activity
from khoi.capture.queries.import_rows import Incoming
from khoi.capture.rules.importing import CREATED, SKIPPED, UNCHANGED, UPDATED, plain
from khoi.capture.services.importing.buyers import Buyers
from khoi.capture.services.importing.consenting import record_consent, record_refusals
from khoi.capture.services.importing.context import Context
from khoi.capture.services.importing.further import Further
from khoi.capture.services.importing.humans import Human
from khoi.capture.services.importing.numbering import OURS
from khoi.kit.db.writing import insert_rows, update_rows

ROLE: Final = ["job_title"]


class PersonRows:
    """Takes rows in order. Two rows with two numbers and one address are one person only where they have one name."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.numbers = context.numbers
        self.people = context.people
        self.buyers = Buyers(by=context.by, now=context.now)
        self.further = Further("person", by=context.by, now=context.now)

    def take(self, rows: list[Incoming]) -> list[str]:
        """The outcome of each row, everything stored."""
        self._begin(rows)
        outcomes = [self._take(row) for row in rows]
        self._write()
        return outcomes

    def _begin(self, rows: list[Incoming]) -> None:
        self.roles: dict[tuple[int, int], Contact] = {}
        self.new_roles: list[Contact] = []
        self.changed_roles: dict[int, Contact] = {}
        self.notes: list[Activity] = []
        self.consenting: list[Human] = []
        self.refusing: list[Human] = []
        self.people.begin(rows)
        self.buyers.begin([row.parsed for row in rows])
        keys = [("person", row.parsed.key) for row in rows if row.parsed.key]
        links = [("account", link) for row in rows if (link := row.parsed.links.get("account"))]
        self.numbers.begin([*keys, *links])
        holders = {holder for row in rows if (holder := self.people.holder(row)) is not None}
        named = {pk for (object_, _), pk in self.numbers.known.items() if object_ == "person"}
        without = self.buyers.people_without_address()
        self.people.load(holders | named | without)
        self.numbered_here: dict[str, Human] = {}
        system = keys[0][1].system if keys else ""
        self.taken = self.numbers.numbered("person", system, holders | without) if keys else set()
        accounts = {pk for (object_, _), pk in self.numbers.known.items() if object_ == "account"}
        self.accounts = Account.objects.in_bulk(accounts)
        everybody = [human.person for human in self.people.humans.values()]
        for contact in Contact.objects.filter(person__in=[person.pk for person in everybody]):
            self.roles[contact.person_id, contact.account_id] = contact
        self.context.own.begin(everybody, ())
        self.further.begin(everybody)

    def _take(self, row: Incoming) -> str:
        if row.parsed.text("is_deleted"):
            return SKIPPED
        key = row.parsed.key
        if key is not None and (refused := self.numbers.refusal("person", key)):
            return row.reject(refused, value=key.id)
        human, again = self._find(row)
        if human is None:
            human, outcome = self.people.add(row), CREATED
            self.context.own.of_rows.put(human.person, row.parsed.own, replacing=False)
            self.people.keep_withheld(human, row, self.context.heading)
            self.further.note(human.person, row)
            self._note(row, human)
        else:
            outcome = self._renew(row, human, again=again)
        if key is not None and ("person", key.id) not in self.numbers.known and key.id not in self.numbered_here:
            self.numbers.give("person", key, human.person)
            outcome = UPDATED if outcome == UNCHANGED else outcome
        if key is not None:
            self.numbered_here[key.id] = human
        if self._place(row, human) and outcome == UNCHANGED:
            outcome = UPDATED
        (self.refusing if row.parsed.text("opted_out") else self.consenting).append(human)
        return outcome

    def _find(self, row: Incoming) -> tuple[Human | None, bool]:
        key = row.parsed.key
        if key is not None:
            if key.id in self.numbered_here:
                return self.numbered_here[key.id], True
            if (pk := self.numbers.known.get(("person", key.id))) is not None:
                return self.people.humans[pk], False
        human = self.people.find(row)
        if human is None and not row.keys and key is None:
            known = self.buyers.without_address(row.parsed)
            human = self.people.humans.get(known) if isinstance(known, int) else known
        if human is not None and key is not None and not self._is_one(row, human):
            return None, False
        return human, human is not None and (human.is_new or human.person.pk in self.people.named)

    def _is_one(self, row: Incoming, human: Human) -> bool:
        """The system tells two people apart; we believe it unless they have one name."""
        numbered = human.person.pk in self.taken or any(human is each for each in self.numbered_here.values())
        return not numbered or plain(human.person.full_name) == plain(row.parsed.text("person_name"))

    def _renew(self, row: Incoming, human: Human, *, again: bool) -> str:
        sure = row.parsed.key is not None and not again
        learnt = self.people.learn(human, row, replacing=sure)
        learnt |= self.context.own.of_rows.put(human.person, row.parsed.own, replacing=sure)
        self.people.keep_withheld(human, row, self.context.heading)
        learnt |= self.further.note(human.person, row)
        return UPDATED if learnt else SKIPPED if again else UNCHANGED

    def _place(self, row: Incoming, human: Human) -> bool:
        """Their role at the account the row names, by its number or else by its name. Whether anything is new."""
        account = self._account(row)
        if account is None:
            return False
        person = human.person
        title = row.parsed.text("job_title")
        role = self.roles.get((person.pk or -id(person), account.pk or -id(account)))
        if role is None:
            role = Contact(person=person, account=account, job_title=title, created_at=self.context.now)
            self.roles[person.pk or -id(person), account.pk or -id(account)] = role
            self.new_roles.append(role)
            return True
        sure = row.parsed.key is not None and row.parsed.key.system != OURS  # there it is the person's
        if title and role.job_title != title and (sure or not role.job_title):
            role.job_title = title
            if role.pk:
                self.changed_roles[role.pk] = role
            return True
        return False

    def _account(self, row: Incoming) -> Account | None:
        link = row.parsed.links.get("account")
        if link is not None and (pk := self.numbers.known.get(("account", link.id))) is not None:
            return self.accounts.get(pk)
        if link is not None and not row.parsed.text("company"):
            row.warn("no_such_account", self.context.mapping.links["account"].column, link.id)
        return self.buyers.account(row.parsed, owner_id=None)

    def _note(self, row: Incoming, human: Human) -> None:
        if body := row.parsed.text("note"):
            self.notes.append(
                Activity(
                    person=human.person,
                    kind="note",
                    body=body,
                    by_id=self.context.by.id,
                    occurred_at=row.parsed.moment("arrived_at") or self.context.now,
                    created_at=self.context.now,
                )
            )

    def _write(self) -> None:
        self.people.write()
        for role in self.new_roles:
            role.person_id, role.account_id = role.person.pk, role.account.pk
        insert_rows(self.new_roles)
        if self.changed_roles:
            update_rows(self.changed_roles.values(), ROLE)
        self.numbers.write()
        record_consent(self.consenting, self.context)
        record_refusals(self.refusing, self.context)
        self.context.own.write()
        self.further.write()
        insert_rows(self.notes)
