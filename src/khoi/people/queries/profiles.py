"""What a merge compares of two people."""

from khoi.people.models import ContactPoint, Person
from khoi.people.rules.merging import FIELDS, REACH, Profile


def profile_of(person: Person) -> Profile:
    primary = dict(ContactPoint.objects.filter(person=person, is_primary=True).values_list("kind", "normal"))
    reach = {kind: primary.get(kind, "") for kind in REACH}
    return Profile({name: getattr(person, name) for name in FIELDS} | reach)
