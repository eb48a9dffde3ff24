"""The companies deals are made with: found by name whatever their legal form, else made."""

from collections.abc import Iterable
from datetime import datetime

from khoi.accounts import services as accounts
from khoi.accounts.models import Account, Contact
from khoi.accounts.rules import name_key
from khoi.capture.rules.mapping import Parsed
from khoi.capture.services.importing.humans import Human
from khoi.history.rules.actors import Actor
from khoi.kit.db.writing import insert_rows
from khoi.pipeline.models import Opportunity
from khoi.team.models import owned
from khoi.team.rules import Principal

#: Whoever has no address is known by the account's name key and their name; "" where nobody is named.
Named = tuple[str, str]


class Buyers:
    """The accounts of a file, a batch at a time."""

    def __init__(self, *, by: Actor, now: datetime) -> None:
        self.by = by
        self.now = now
        self.made: dict[str, Account] = {}
        self.spoken: dict[Named, Human] = {}

    def begin(self, rows: Iterable[Parsed]) -> None:
        self.spoken = {}
        named = {_named(parsed) for parsed in rows if parsed.text("company")}
        keys = {key for key, _ in named}
        self.known = {**self.made, **self._stored(keys - self.made.keys())}
        self.spoken_of = [self.known[key] for key in keys if key in self.known]
        self.others = self._of_others()
        without_address = Contact.objects.filter(
            account__in=self.spoken_of, person__full_name__in={name for _, name in named}, person__contact_points=None
        )
        found = without_address.order_by("-id").values_list("account__name_key", "person__full_name", "person_id")
        self.people: dict[Named, int] = {(key, name): person_id for key, name, person_id in found}

    def _stored(self, keys: set[str]) -> dict[str, Account]:
        if not keys:
            return {}
        return {account.name_key: account for account in Account.objects.filter(name_key__in=keys).order_by("-id")}

    def _of_others(self) -> set[int]:
        """The accounts that are out of the importer's sight but for deals. These do not count: the file at hand may
        bring the first one, and the next time the same file would say more."""
        if not isinstance(self.by, Principal) or self.by.sees_all or not self.spoken_of:
            return set()
        ids = {account.pk for account in self.spoken_of}
        return ids - set(Account.objects.filter(owned(self.by), pk__in=ids).values_list("pk", flat=True))

    def may_correct(self, account: Account) -> bool:
        """Whether what the file says of it replaces what stands there; else it fills blanks."""
        return account.pk not in self.others

    def account(self, parsed: Parsed, *, owner_id: int | None) -> Account | None:
        """The row's account; without a company name there is none."""
        if not (name := parsed.text("company")):
            return None
        key = name_key(name)
        if key not in self.known:
            self.known[key] = self.made[key] = accounts.add_account(name=name, by=self.by, now=self.now)
            if owner_id is not None:
                self.made[key].owner_id = owner_id
                self.made[key].save(update_fields=["owner"])
        return self.known[key]

    def people_without_address(self) -> set[int]:
        return set(self.people.values())

    def without_address(self, parsed: Parsed) -> int | Human | None:
        """Whoever of that name speaks for the company; where none is named, whoever does whose name nobody knows."""
        return self.people.get(_named(parsed)) or self.spoken.get(_named(parsed))

    def speak_for(self, parsed: Parsed, human: Human) -> None:
        self.spoken[_named(parsed)] = human

    def write(self, deals: Iterable[Opportunity]) -> None:
        """Make the people of new deals contacts of their accounts, before the deals are stored."""
        with_account = [deal for deal in deals if deal.account is not None]
        for deal in with_account:
            deal.person_id = deal.person.pk
        contacts = self._contacts(with_account)
        for deal in with_account:
            deal.contact = contacts[deal.person.pk, deal.account_id or 0]

    def _contacts(self, deals: list[Opportunity]) -> dict[tuple[int, int], Contact]:
        people = {deal.person.pk for deal in deals}
        found = {(c.person_id, c.account_id): c for c in Contact.objects.filter(person__in=people)} if people else {}
        new = {
            (deal.person.pk, deal.account_id or 0): Contact(
                person=deal.person, account=deal.account, job_title=deal.person.job_title, created_at=self.now
            )
            for deal in deals
            if (deal.person.pk, deal.account_id or 0) not in found
        }
        insert_rows(new.values())
        return found | new


def _named(parsed: Parsed) -> Named:
    return name_key(parsed.text("company")), parsed.text("person_name")
