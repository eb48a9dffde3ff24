"""Adding people and changing what we know of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from khoi.custom import services as custom
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.db.asking import held
from khoi.kit.db.writing import stored, update_row
from khoi.kit.emails import normalise_email
from khoi.kit.phones import normalise_phone
from khoi.kit.refusals import Refusal
from khoi.people.models import ContactPoint, ContactPointKind, Person

EMAIL, PHONE = ContactPointKind.EMAIL, ContactPointKind.PHONE
EDITABLE = frozenset({"full_name", "job_title", "language", "emails", "phones", "custom"})


def add_person(
    *,
    full_name: str,
    emails: Iterable[str] = (),
    phones: Iterable[str] = (),
    job_title: str = "",
    language: str = "",
    by: Actor,
    now: datetime,
) -> Person:
    """A new human. Raises ``Refusal`` for an address that cannot be one; nothing is written then."""
    points = readable(EMAIL, emails) + readable(PHONE, phones)
    with history.act("add_person", by=by, now=now):
        person = stored(
            Person(
                full_name=" ".join(full_name.split()), job_title=job_title.strip(), language=language, created_at=now
            )
        )
        _add_points(person, points, now)
    return person


def edit_person(person: Person, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> Person:
    """Change names and addresses. ``emails`` and ``phones`` are the whole new lists, the first one primary;
    ``custom`` are typed values by key."""
    if unknown := changes.keys() - EDITABLE:
        raise Refusal("unknown_field", sorted(unknown)[0], value=sorted(unknown)[0])
    wanted = {
        kind: readable(kind, changes[name]) for kind, name in ((EMAIL, "emails"), (PHONE, "phones")) if name in changes
    }
    with history.act("edit_person", by=by, now=now, subject=person):
        said = sorted(changes.keys() & {"full_name", "job_title", "language"})
        for name in said:
            setattr(person, name, " ".join(str(changes[name]).split()))
        if said:
            update_row(person, said)
        else:
            held(Person, person.pk)  # of two at the same moment the second waits, or both would add one address
        for kind, points in wanted.items():
            _replace_points(person, kind, points, now)
        custom.set_values(person, changes.get("custom") or {}, by=by, now=now)
    return person


def readable(kind: str, values: Iterable[str]) -> list[tuple[str, str, str]]:
    """(kind, as written, normal form), blanks and repeats left out."""
    normal = normalise_email if kind == EMAIL else normalise_phone
    found: dict[str, tuple[str, str, str]] = {}
    for value in values:
        if not (text := value.strip()):
            continue
        if (form := normal(text)) is None:
            raise Refusal(f"not_a{'n' if kind == EMAIL else ''}_{kind}", kind, value=text)
        found.setdefault(form, (kind, text, form))
    return list(found.values())


def _add_points(person: Person, points: Iterable[tuple[str, str, str]], now: datetime) -> None:
    """Of somebody new: the first of each kind is the primary one."""
    primary: set[str] = set()
    for kind, value, normal in points:
        stored(
            ContactPoint(
                person=person, kind=kind, value=value, normal=normal, is_primary=kind not in primary, created_at=now
            )
        )
        primary.add(kind)


def _replace_points(person: Person, kind: str, points: list[tuple[str, str, str]], now: datetime) -> None:
    old = {p.normal: p for p in ContactPoint.objects.filter(person=person, kind=kind)}
    gone = [old[normal].pk for normal in old.keys() - {normal for _, _, normal in points}]
    ContactPoint.every.filter(absorbed_into__in=gone).delete()  # the same address, of somebody merged into this person
    ContactPoint.objects.filter(pk__in=gone).delete()
    primary = ContactPoint.objects.filter(person=person, kind=kind, is_primary=True)
    primary.exclude(normal=points[0][2] if points else "").update(is_primary=False)  # who stays first was not changed
    for place, (_, value, normal) in enumerate(points):
        if normal in old:
            ContactPoint.objects.filter(pk=old[normal].pk).update(value=value, is_primary=place == 0)
        else:
            stored(
                ContactPoint(
                    person=person, kind=kind, value=value, normal=normal, is_primary=place == 0, created_at=now
                )
            )
