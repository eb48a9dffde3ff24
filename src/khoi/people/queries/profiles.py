"""What a merge compares of two people."""

from khoi.custom.models import CustomField
from khoi.custom.queries import own_fields, plain_words, values_of
from khoi.people.models import ContactPoint, Person
from khoi.people.rules.merging import CHOOSABLE, FIELDS, REACH, Profile


def profile_of(person: Person) -> Profile:
    primary = dict(ContactPoint.objects.filter(person=person, is_primary=True).values_list("kind", "normal"))
    reach = {kind: primary.get(kind, "") for kind in REACH}
    return Profile({name: getattr(person, name) for name in FIELDS} | reach | _own(person))


def _own(person: Person) -> dict[str, str]:
    fields = own_choosable()
    values = values_of([person], fields).get(person.pk, {}) if fields else {}
    return {field.named: plain_words(field, values.get(field.key), "en") for field in fields}


def own_choosable() -> list[CustomField]:
    """The fields of one's own in which one value or the other stays: of several choices both keep all."""
    return [field for field in own_fields(Person) if field.type != "multi_choice"]


def choosable() -> tuple[str, ...]:
    """Every field whose value may be chosen when two people become one."""
    return (*CHOOSABLE, *(field.named for field in own_choosable()))
