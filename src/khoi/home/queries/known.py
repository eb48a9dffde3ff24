"""Is somebody here already? Asked while a lead is typed in."""

from dataclasses import dataclass

from khoi.home.queries.search import PersonHit, primary_points
from khoi.kit.emails import normalise_email
from khoi.kit.phones import normalise_phone
from khoi.kit.search import every_word
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.people.queries import having
from khoi.people.rules.matching import MatchKey
from khoi.team.rules import PARTNER, Principal


@dataclass(frozen=True, slots=True)
class Known:
    """``same``: visible people with the email or phone; ``alike``: with the name alone. ``elsewhere``: who has the
    hidden lead of the same person, said to staff only."""

    same: tuple[PersonHit, ...]
    alike: tuple[PersonHit, ...]
    elsewhere: str


def known_as(actor: Principal, *, name: str, phone: str, email: str) -> Known:
    forms = {"phone": normalise_phone(phone), "email": normalise_email(email)}
    keys = {MatchKey(kind, form) for kind, form in forms.items() if form}  # type: ignore[arg-type]
    matching = having(keys).values("person")
    seen = Person.objects.visible_to(actor)
    same = list(seen.filter(pk__in=matching).order_by("id")[:3])
    alike: list[Person] = []
    if not same and len(name.split()) > 1:
        alike = list(seen.filter(every_word(name, "search")).order_by("-id")[:3])
    return Known(_hits(same, actor), _hits(alike, actor), "" if same or not keys else _owner(actor, keys))


def _owner(actor: Principal, keys: set[MatchKey]) -> str:
    """Whom to ask about a person one may not see; partners learn nothing, not even that there is one."""
    if actor.role == PARTNER:
        return ""
    people = having(keys).values("person")
    leads = Lead.objects.filter(person__in=people, owner__isnull=False).select_related("owner").order_by("-arrived_at")
    lead = leads.first()
    return str(lead.owner) if lead else ""


def _hits(people: list[Person], actor: Principal) -> tuple[PersonHit, ...]:
    ids = [person.pk for person in people]
    leads: dict[int, list[Lead]] = {}
    for lead in Lead.objects.visible_to(actor).filter(person__in=ids).select_related("account", "owner", "person"):
        leads.setdefault(lead.person_id, []).append(lead)
    reach = primary_points(ids)
    return tuple(
        PersonHit(person, tuple(leads.get(person.pk, ())), tuple(reach.get(person.pk, ()))) for person in people
    )
