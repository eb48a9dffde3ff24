"""Changing a person under the version the change was made against, addresses included."""

from collections.abc import Iterable, Mapping
from typing import Any

from khoi.custom import services as custom
from khoi.history.models import Change, code_of
from khoi.history.queries import rows_at, version_of
from khoi.history.rules.versions import Clash, clashes
from khoi.history.services import Stale
from khoi.people.models import ContactPoint, Person
from khoi.people.services.knowing import EMAIL, PHONE, readable

#: The list a change names → the kind of its addresses.
LISTS = {"emails": EMAIL, "phones": PHONE}


def claim_version(person: Person, *, version: int, changes: Mapping[str, Any]) -> None:
    """As ``custom.claim_version``; ``emails`` and ``phones`` are whole lists, each a field of its own."""
    found: dict[str, Clash] = {}
    try:
        custom.claim_version(
            person, version=version, changes={name: value for name, value in changes.items() if name not in LISTS}
        )
    except Stale as stale:
        if not stale.clashing:
            raise
        found = stale.clashing
    found |= _clashing(person, version, {name: changes[name] for name in LISTS if name in changes})
    if found:
        raise Stale(found, version_of(person))


def _clashing(person: Person, version: int, mine: Mapping[str, Any]) -> dict[str, Clash]:
    """Compared by their normal form, told as they were written."""
    if not mine:
        return {}
    now: list[dict[str, Any]] = list(
        ContactPoint.objects.filter(person=person).values("id", "kind", "value", "normal", "is_primary")  # type: ignore[arg-type]
    )
    then = _points_at(person, version, now)
    found = {}
    for name, kind in LISTS.items():
        if name not in mine:
            continue
        typed = [(written, normal) for _, written, normal in readable(kind, mine[name])]
        theirs, base = _in_order(now, kind), _in_order(then, kind)
        normal = [{name: [form for _, form in each]} for each in (typed, theirs, base)]
        if normal[1] != normal[2] and clashes(*normal):
            found[name] = Clash(*([written for written, _ in each] for each in (typed, theirs, base)))
    return found


def _points_at(person: Person, version: int, now: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The addresses the person had at the version; those that went since are found by the person they spoke of."""
    gone = Change.objects.filter(
        tbl=code_of(ContactPoint), subject_id=person.pk, op="d", id__gt=version, personal__isnull=False
    )
    here = {point["id"]: point for point in now}
    then = rows_at(ContactPoint, {*here, *gone.values_list("row_id", flat=True)}, version)
    stood = {**here, **{pk: values and {"id": pk, **values} for pk, values in then.items()}}
    return [
        point
        for point in stood.values()
        if point and point.get("person_id", person.pk) == person.pk and point.get("absorbed_into_id") is None
    ]


def _in_order(points: Iterable[Mapping[str, Any]], kind: str) -> list[tuple[str, str]]:
    """(as written, normal form), the primary one first."""
    mine = sorted((p for p in points if p["kind"] == kind), key=lambda p: (not p["is_primary"], p["id"]))
    return [(p["value"], p["normal"]) for p in mine]
