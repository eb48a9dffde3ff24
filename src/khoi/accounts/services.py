"""Accounts and their contacts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from khoi.accounts.models import Account, Contact
from khoi.accounts.rules import name_key
from khoi.custom import services as custom
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.refusals import Refusal
from khoi.people.models import Person
from khoi.team.models import User

EDITABLE = frozenset(
    {
        "name",
        "industry",
        "employees",
        "annual_revenue",
        "currency",
        "region",
        "website",
        "phone",
        "tax_code",
        "owner",
        "custom",
    }
)


def add_account(*, name: str, owner: User | None = None, by: Actor, now: datetime, **fields: Any) -> Account:
    if not name.strip():
        raise Refusal("required", "name")
    if unknown := fields.keys() - EDITABLE:
        raise Refusal("unknown_field", sorted(unknown)[0], value=sorted(unknown)[0])
    filled = fields.pop("custom", None) or {}
    with history.act("add_account", by=by, now=now):
        account = Account.objects.create(
            name=" ".join(name.split())[:200], name_key=name_key(name), owner=owner, created_at=now, **fields
        )
        custom.set_values(account, filled, by=by, now=now)
    return account


def edit_account(account: Account, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> Account:
    if unknown := changes.keys() - EDITABLE:
        raise Refusal("unknown_field", sorted(unknown)[0], value=sorted(unknown)[0])
    if "name" in changes and not str(changes["name"]).strip():
        raise Refusal("required", "name")
    own = {name: value for name, value in changes.items() if name != "custom"}
    with history.act("edit_account", by=by, now=now, subject=account):
        for name, value in own.items():
            setattr(account, name, value)
        account.name_key = name_key(account.name)
        account.save(update_fields=[*own, "name_key"])
        custom.set_values(account, changes.get("custom") or {}, by=by, now=now)
    return account


def add_contact(
    person: Person, *, account: Account, kind: str = "customer", job_title: str = "", by: Actor, now: datetime
) -> Contact:
    """The person's role at the account; the one that is there already is returned."""
    with history.act("add_contact", by=by, now=now, subject=person):
        contact, _ = Contact.objects.get_or_create(
            person=person, account=account, defaults={"kind": kind, "job_title": job_title, "created_at": now}
        )
    return contact
