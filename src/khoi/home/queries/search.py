"""Search over people with their leads, accounts and deals, each with the actor's eyes and before any cap."""

from collections.abc import Iterable
from dataclasses import dataclass

from khoi.accounts.models import Account
from khoi.home.queries.rows import company_of
from khoi.kit.search import every_word
from khoi.leads.models import Lead
from khoi.people.models import ContactPoint, Person
from khoi.pipeline.models import Opportunity
from khoi.team.rules import Principal


@dataclass(frozen=True, slots=True)
class PersonHit:
    """A person, the newest of their visible leads first; ``reach``: the primary ways, phone first."""

    person: Person
    leads: tuple[Lead, ...]
    reach: tuple[ContactPoint, ...]

    @property
    def company(self) -> str:
        return next((company_of(lead) for lead in self.leads if company_of(lead)), "")


@dataclass(frozen=True, slots=True)
class Found:
    people: tuple[PersonHit, ...]
    accounts: tuple[Account, ...]
    deals: tuple[Opportunity, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.people or self.accounts or self.deals)


def search(actor: Principal, text: str, *, most: int = 8) -> Found:
    """At most ``most`` of each kind. Each word has to begin a word of the record; digits may be any part of a phone."""
    if not text.strip():
        return Found((), (), ())
    accounts: tuple[Account, ...] = ()
    deals: tuple[Opportunity, ...] = ()
    if actor.may("account.view"):
        named = Account.objects.visible_to(actor).filter(every_word(text, "search"))
        accounts = tuple(named.select_related("owner").order_by("-id")[:most])
    if actor.may("opportunity.view"):
        called = Opportunity.objects.visible_to(actor).filter(every_word(text, "search"))
        deals = tuple(called.select_related("stage", "account", "person").order_by("-id")[:most])
    return Found(tuple(_people(actor, text, most)), accounts, deals)


def _people(actor: Principal, text: str, most: int) -> list[PersonHit]:
    """Those whose lead says it, then those who are known otherwise; a person once."""
    leads = Lead.objects.visible_to(actor).filter(every_word(text, "search", "person__search"))
    leads = leads.select_related("person", "account").order_by("-arrived_at", "-id")
    by_person: dict[int, list[Lead]] = {}
    for lead in leads[: 3 * most]:
        by_person.setdefault(lead.person_id, []).append(lead)
    people = {theirs[0].person_id: theirs[0].person for theirs in by_person.values()}
    if len(people) < most:
        others = Person.objects.visible_to(actor).filter(every_word(text, "search")).exclude(pk__in=people)
        people |= {person.pk: person for person in others.order_by("-id")[: most - len(people)]}
    shown = list(people)[:most]
    reach = primary_points(shown)
    return [PersonHit(people[pk], tuple(by_person.get(pk, ())), tuple(reach.get(pk, ()))) for pk in shown]


def primary_points(people: Iterable[int]) -> dict[int, list[ContactPoint]]:
    """Person id → their primary phone and email, in this order."""
    found: dict[int, list[ContactPoint]] = {}
    for point in ContactPoint.objects.filter(person__in=list(people), is_primary=True).order_by("-kind", "id"):
        found.setdefault(point.person_id, []).append(point)
    return found
