"""Lists of people and accounts, and what stands on their pages; the newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Sum

from khoi.accounts.models import Account, Contact
from khoi.home.queries.pairs import Twin, twins_of
from khoi.home.queries.record import Reach, reach_of
from khoi.home.queries.rows import LeadRow, rows_of
from khoi.home.queries.search import primary_points
from khoi.kit.search import every_word
from khoi.leads.models import Lead
from khoi.leads.rules import ENDED, STAGES
from khoi.people.models import Consent, ContactPoint, Person
from khoi.pipeline.models import Opportunity
from khoi.team.rules import Principal

SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class PersonRow:
    """``stage``: the furthest of their open leads, else customer, else of the newest; "" without a lead."""

    person: Person
    company: str
    stage: str
    reach: tuple[ContactPoint, ...]
    leads: int


@dataclass(frozen=True, slots=True)
class AccountRow:
    account: Account
    contacts: int
    deals: int
    amount: int


@dataclass(frozen=True, slots=True)
class PersonPage:
    person: Person
    reach: tuple[Reach, ...]
    leads: tuple[LeadRow, ...]
    contacts: tuple[Contact, ...]
    deals: tuple[Opportunity, ...]
    twins: tuple[Twin, ...]
    consents: tuple[Consent, ...]
    merged: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class AccountPage:
    account: Account
    contacts: tuple[Contact, ...]
    deals: tuple[Opportunity, ...]
    leads: tuple[LeadRow, ...]


def slice_of(rows: QuerySet[Any], after: str) -> tuple[list[Any], str]:
    """The next rows behind the id ``after``, newest first, and the cursor of those that follow ("" at the end)."""
    if after.isascii() and after.isdigit() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.order_by("-pk")[: SIZE + 1])
    return found[:SIZE], str(found[SIZE - 1].pk) if len(found) > SIZE else ""


def people_matching(actor: Principal, text: str) -> QuerySet[Person]:
    rows = Person.objects.visible_to(actor)
    if not text.strip():
        return rows
    companies = Lead.objects.visible_to(actor).filter(every_word(text, "search")).values("person")
    return rows.filter(every_word(text, "search") | Q(pk__in=companies))


def accounts_matching(actor: Principal, text: str) -> QuerySet[Account]:
    rows = Account.objects.visible_to(actor).select_related("owner")
    return rows.filter(every_word(text, "search")) if text.strip() else rows


def person_rows(people: Iterable[Person], actor: Principal) -> list[PersonRow]:
    people = list(people)
    ids = [person.pk for person in people]
    leads: dict[int, list[Lead]] = {}
    for lead in Lead.objects.visible_to(actor).filter(person__in=ids).select_related("account").order_by("-arrived_at"):
        leads.setdefault(lead.person_id, []).append(lead)
    jobs: dict[int, str] = {}
    for contact in Contact.objects.visible_to(actor).filter(person__in=ids).select_related("account").order_by("id"):
        jobs[contact.person_id] = contact.account.name
    reach = primary_points(ids)
    return [
        PersonRow(
            person,
            jobs.get(person.pk)
            or next((lead.company_name for lead in leads.get(person.pk, ()) if lead.company_name), ""),
            furthest(leads.get(person.pk, ())),
            tuple(reach.get(person.pk, ())),
            len(leads.get(person.pk, ())),
        )
        for person in people
    ]


def furthest(leads: Iterable[Lead]) -> str:
    stages = [lead.lifecycle_stage for lead in leads]
    going = [stage for stage in stages if stage not in ENDED]
    if going:
        return max(going, key=STAGES.index)
    return "customer" if "customer" in stages else stages[0] if stages else ""


def account_rows(accounts: Iterable[Account], actor: Principal) -> list[AccountRow]:
    """Open deals are counted and summed as far as the actor sees them, in the account's currency."""
    accounts = list(accounts)
    contacts = _counted(Contact.objects.filter(account__in=accounts))
    open_deals = Opportunity.objects.visible_to(actor).filter(account__in=accounts, stage__kind="open")
    sums = open_deals.values("account").annotate(n=Count("pk"), sum=Sum("amount"))
    deals = {row["account"]: (row["n"], row["sum"] or 0) for row in sums}
    return [AccountRow(account, contacts.get(account.pk, 0), *deals.get(account.pk, (0, 0))) for account in accounts]


def _counted(rows: QuerySet[Contact]) -> dict[int, int]:
    return {row["account"]: row["n"] for row in rows.values("account").annotate(n=Count("pk"))}


def person_page(person: Person, *, actor: Principal, now: datetime) -> PersonPage:
    return PersonPage(
        person,
        reach_of(person),
        tuple(rows_of(_leads(Q(person=person), actor), actor=actor, now=now)),
        tuple(Contact.objects.visible_to(actor).filter(person=person).select_related("account").order_by("id")),
        tuple(_deals(Q(person=person), actor)),
        tuple(twins_of(person, actor)),
        tuple(Consent.objects.filter(person=person).order_by("occurred_at", "id")),
        tuple(Person.objects.filter(merged_into=person).order_by("merged_at", "id")),
    )


def account_page(account: Account, *, actor: Principal, now: datetime) -> AccountPage:
    return AccountPage(
        account,
        tuple(account.contacts.select_related("person").order_by("id")[:100]),
        tuple(_deals(Q(account=account), actor)),
        tuple(rows_of(_leads(Q(account=account), actor), actor=actor, now=now)),
    )


def _leads(which: Q, actor: Principal) -> list[Lead]:
    rows = Lead.objects.visible_to(actor).filter(which).select_related("person", "account", "source", "owner")
    return list(rows.order_by("-arrived_at", "-id")[:50])


def _deals(which: Q, actor: Principal) -> list[Opportunity]:
    rows = Opportunity.objects.visible_to(actor).filter(which).select_related("stage", "account", "owner", "person")
    return list(rows.order_by("-opened_at", "-id")[:50])
