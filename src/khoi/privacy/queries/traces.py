"""By which names and addresses somebody was ever known."""

import json
from collections.abc import Iterable

from khoi.history.models import Change, code_of
from khoi.people.models import ContactPoint, Person
from khoi.privacy.rules.traces import Traces, traces_of


def known_traces(people: Iterable[int]) -> Traces:
    """Those of today and those of history, as long as it still knows them."""
    ids = list(people)
    names = set(Person.objects.filter(pk__in=ids).values_list("full_name", flat=True))
    points = set(ContactPoint.every.filter(person__in=ids).values_list("kind", "value"))
    points |= set(ContactPoint.every.filter(person__in=ids).values_list("kind", "normal"))
    for before in _earlier(ids, Person):
        names.add(str(before.get("full_name") or ""))
    for before in _earlier(ids, ContactPoint):
        texts = [str(before.get(name) or "") for name in ("value", "normal")]
        points |= {("email" if "@" in text else "phone", text) for text in texts if text}
    return traces_of(
        names=names,
        emails=[value for kind, value in points if kind == "email"],
        phones=[value for kind, value in points if kind == "phone"],
    )


def _earlier(ids: list[int], model: type[Person] | type[ContactPoint]) -> list[dict[str, object]]:
    changes = Change.objects.filter(subject_id__in=ids, tbl=code_of(model), personal__isnull=False)
    return [json.loads(text) for text in changes.values_list("personal", flat=True) if text]
