"""Whom a new deal is for."""

from khoi.accounts.models import Account
from khoi.kit.search import every_word
from khoi.people.models import Person
from khoi.pipeline.models import Opportunity
from khoi.team.models import User
from khoi.team.rules import Principal

MOST = 8


def people_named(text: str, actor: Principal) -> list[Person]:
    """Visible people whose name, phone or email begins like that; a few of them."""
    return list(Person.objects.visible_to(actor).filter(every_word(text, "search")).order_by("full_name", "id")[:MOST])


def accounts_of(person: Person, actor: Principal) -> list[Account]:
    """Visible accounts this person speaks for."""
    mine = Account.objects.visible_to(actor).filter(contacts__person=person, contacts__absorbed_into=None)
    return list(mine.distinct().order_by("name", "id"))


def owners_of_deals(actor: Principal) -> list[User]:
    """Whose deals somebody may look at: active users who own one the actor sees."""
    owning = Opportunity.objects.visible_to(actor).filter(owner__isnull=False).values("owner")
    return list(User.objects.visible_to(actor).filter(pk__in=owning).order_by("full_name", "id"))
