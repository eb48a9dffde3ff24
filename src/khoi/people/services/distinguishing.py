"""Two people who look like one, and are two."""

from datetime import datetime

from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.rules.actors import Actor
from khoi.kit.refusals import Refusal
from khoi.people.models import NotTheSame, Person


def tell_apart(one: Person, other: Person, *, by: Actor, now: datetime) -> Act:
    """They are not proposed as a pair again. Said twice it is said once. Raises ``Refusal`` for one person twice."""
    if one.pk == other.pk:
        raise Refusal("same_person")
    first, second = sorted((one, other), key=lambda person: person.pk)
    with history.act("tell_apart", by=by, now=now, subject=first) as act:
        NotTheSame.objects.get_or_create(first=first, second=second, defaults={"said_at": now})
    return act
