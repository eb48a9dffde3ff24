"""Rows that become accounts: found by their number or their name, else made; their parents once all are there."""

from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Model

from khoi.accounts.models import Account
from khoi.accounts.rules import name_key
from khoi.capture.queries.import_rows import Incoming
from khoi.capture.rules.importing import CREATED, SKIPPED, UNCHANGED, UPDATED
from khoi.capture.rules.mapping import ExternalKey, Parsed
from khoi.capture.services.importing.context import Context
from khoi.capture.services.importing.further import Further
from khoi.custom import services as custom
from khoi.custom.models import CustomField
from khoi.custom.rules import Value
from khoi.history.rules.actors import Actor
from khoi.kit.db.writing import insert_rows, update_rows
from khoi.team.rules import Principal

#: field of the file → field of the account
FIELDS: Final = {
    "company": "name",
    "industry": "industry",
    "region": "region",
    "website": "website",
    "telephone": "phone",
    "tax_code": "tax_code",
}
WRITTEN: Final = [*FIELDS.values(), "employees", "annual_revenue", "currency", "owner", "name_key"]
PARENT: Final = "parent_account"
CHUNK: Final = 500


class AccountRows:
    """Takes rows in order. An empty cell empties nothing."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.numbers = context.numbers
        self.further = Further("account", by=context.by, now=context.now)

    def take(self, rows: list[Incoming]) -> list[str]:
        """The outcome of each row, everything stored."""
        self._begin(rows)
        outcomes = [self._take(row) for row in rows]
        self._write()
        return outcomes

    def _begin(self, rows: list[Incoming]) -> None:
        self.new: list[Account] = []
        self.changed: dict[int, Account] = {}
        self.parents: list[tuple[Account, ExternalKey]] = []
        keys = [row.parsed.key for row in rows if row.parsed.key]
        self.numbers.begin(("account", key) for key in keys)
        known = Account.objects.in_bulk(set(self.numbers.known.values()))
        self.by_number = {number: known[pk] for (_, number), pk in self.numbers.known.items() if pk in known}
        self.by_name = self._named(rows, keys)
        stored = [*self.by_number.values(), *self.by_name.values()]
        self.context.own.begin(stored, ())
        self.further.begin(stored)

    def _named(self, rows: list[Incoming], keys: list[ExternalKey]) -> dict[str, Account]:
        """Accounts of these names. One that has another number of the same system is another company."""
        names = {name_key(row.parsed.text("company")) for row in rows}
        found = list(Account.objects.filter(name_key__in=names).order_by("-id"))
        if keys and found:
            taken = self.numbers.numbered("account", keys[0].system, [account.pk for account in found])
            found = [account for account in found if account.pk not in taken]
        return {account.name_key: account for account in found}

    def _take(self, row: Incoming) -> str:
        if row.parsed.text("is_deleted"):
            return SKIPPED
        key = row.parsed.key
        if key is not None and (refused := self.numbers.refusal("account", key)):
            return row.reject(refused, value=key.id)
        account = self._find(row.parsed)
        again = account is not None and self._was_seen(account)
        if account is None:
            account = self._make(row)
            outcome = CREATED
        else:
            outcome = self._renew(row, account, again=again)
        if key is not None and key.id not in self.by_number:
            self.numbers.give("account", key, account)
            self.by_number[key.id] = account
            self.by_name.pop(account.name_key, None)
            outcome = UPDATED if outcome == UNCHANGED else outcome
        if (parent := row.parsed.links.get("parent")) is not None:
            self.parents.append((account, parent))
        return outcome

    def _find(self, parsed: Parsed) -> Account | None:
        key = parsed.key
        if key is not None and key.id in self.by_number:
            return self.by_number[key.id]
        return self.by_name.get(name_key(parsed.text("company")))

    def _was_seen(self, account: Account) -> bool:
        mark = f"account {account.pk or id(account)}"
        before = mark in self.context.seen or account._state.adding
        self.context.seen.add(mark)
        return before

    def _make(self, row: Incoming) -> Account:
        said = {"currency": self.context.mapping.currency, **self._said(row)}
        name = str(said.pop("name"))
        account = Account(name=name, name_key=name_key(name), created_at=self.context.now, **said)
        self.new.append(account)
        if row.parsed.key is None:
            self.by_name[account.name_key] = account
        self.context.own.of_rows.put(account, row.parsed.own, replacing=False)
        self.further.note(account, row)
        return account

    def _renew(self, row: Incoming, account: Account, *, again: bool) -> str:
        replacing = not again and self._may_correct(account)
        changed = False
        for name, value in self._said(row).items():
            present = getattr(account, name)
            if value != present and (replacing or present in ("", None)) and self._says_more(name, value, account):
                setattr(account, name, value)
                changed = True
        account.name_key = name_key(account.name)
        if changed and not account._state.adding:
            self.changed[account.pk] = account
        changed |= self.context.own.of_rows.put(account, row.parsed.own, replacing=replacing)
        changed |= self.further.note(account, row)
        return UPDATED if changed else SKIPPED if again else UNCHANGED

    def _says_more(self, name: str, value: Any, account: Account) -> bool:
        """A name without a number beside it is how the account was found, not a correction of it."""
        return not (name == "name" and self.context.mapping.key is None and name_key(str(value)) == account.name_key)

    def _may_correct(self, account: Account) -> bool:
        by: Actor = self.context.by
        if not isinstance(by, Principal) or by.sees_all:
            return True
        return account.owner_id == by.id

    def _said(self, row: Incoming) -> dict[str, Any]:
        """What the row says, by field of the account."""
        parsed = row.parsed
        said: dict[str, Any] = {field: parsed.text(name) for name, field in FIELDS.items()}
        revenue = parsed.money("annual_revenue")
        said["employees"] = parsed.whole("employees")
        said["annual_revenue"] = revenue.amount if revenue else None
        said["currency"] = revenue.currency if revenue else ""
        said["owner_id"] = self._owner(row)
        return {name: value for name, value in said.items() if value not in ("", None)}

    def _owner(self, row: Incoming) -> int | None:
        name = row.parsed.text("owner")
        owner = self.context.names.owner(name) if name else None
        if name and owner is None:
            row.warn("unknown_owner", self.context.heading("owner"), name)
            self.context.move.listed["owners"][name] += 1
        return owner.pk if owner else None

    def _write(self) -> None:
        insert_rows(self.new)
        if self.changed:
            update_rows(self.changed.values(), WRITTEN)
        self.numbers.write()
        self.context.own.write()
        self.further.write()
        self.context.move.parents += [(account.pk, parent) for account, parent in self.parents]
        self.context.seen.take(f"account {account.pk}" for account in self.new)


def join_parents(context: Context) -> int:
    """Once all companies are there, whichever came first: the name of each one's parent. How many are new."""
    parents, context.move.parents = context.move.parents, []
    changed = 0
    for start in range(0, len(parents), CHUNK):
        chunk = parents[start : start + CHUNK]
        names = _names(context, [key for _, key in chunk])
        accounts = Account.objects.in_bulk([pk for pk, _ in chunk])
        values: dict[Model, dict[str, Value]] = {
            accounts[pk]: {PARENT: names[key.id]} for pk, key in chunk if key.id in names and pk in accounts
        }
        if values:
            _parent_field(context)
            changed += len(custom.fill_many(values))
    return changed


def _names(context: Context, keys: Iterable[ExternalKey]) -> dict[str, str]:
    """Number, or name, → the name of that account; a name nobody has stays as it is."""
    wanted = list(keys)
    context.numbers.begin(("account", key) for key in wanted)
    known = Account.objects.in_bulk(set(context.numbers.known.values()))
    by_number = {number: known[pk].name for (_, number), pk in context.numbers.known.items() if pk in known}
    named = Account.objects.filter(name_key__in={name_key(key.id) for key in wanted}).values_list("name_key", "name")
    by_name = dict(named)
    return {key.id: by_number.get(key.id) or by_name.get(name_key(key.id)) or key.id for key in wanted}


def _parent_field(context: Context) -> None:
    if not CustomField.objects.filter(object="account", key=PARENT).exists():
        names = ("Parent account", "Công ty mẹ")
        custom.add_field(
            "account", type="text", label=names[0], label_vi=names[1], key=PARENT, by=context.by, now=context.now
        )
