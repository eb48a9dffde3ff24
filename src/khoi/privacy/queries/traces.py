"""By which names and addresses somebody was ever known."""

import json
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import models

from khoi.history.models import Change, code_of
from khoi.leads.models import LeadReference
from khoi.people.models import ContactPoint, Person
from khoi.privacy.rules.traces import Traces, traces_of


def known_traces(people: Iterable[int]) -> Traces:
    """Those of today and those of history, as long as it still knows them."""
    ids = list(people)
    names = known_names(ids)
    points = set(ContactPoint.every.filter(person__in=ids).values_list("kind", "value"))
    points |= set(ContactPoint.every.filter(person__in=ids).values_list("kind", "normal"))
    for before in _earlier(ids, ContactPoint):
        texts = [str(before.get(name) or "") for name in ("value", "normal")]
        points |= {("email" if "@" in text else "phone", text) for text in texts if text}
    return traces_of(
        names=names,
        emails=[value for kind, value in points if kind == "email"],
        phones=[value for kind, value in points if kind == "phone"],
    )


def known_names(people: Iterable[int]) -> set[str]:
    ids = list(people)
    names = set(Person.objects.filter(pk__in=ids).values_list("full_name", flat=True))
    return (names | {str(before.get("full_name") or "") for before in _earlier(ids, Person)}) - {""}


def links_of(people: Iterable[int], rows: Mapping[type[models.Model], set[int]]) -> frozenset[str]:
    """Ids under which pages and programs ask for what speaks of them, of rows that are gone too."""
    found: set[str] = set()
    for model, ids in rows.items():
        if any(field.name == "public_id" for field in model._meta.concrete_fields):
            found |= {str(one) for one in model._base_manager.filter(pk__in=ids).values_list("public_id", flat=True)}
    gone = Change.objects.filter(subject_id__in=list(people), op="d", before__contains='"public_id"')
    found |= {str(UUID(json.loads(before)["public_id"])) for before in gone.values_list("before", flat=True) if before}
    references = LeadReference.objects.filter(pk__in=rows.get(LeadReference, set()))
    return frozenset(
        found | {f"/{system}/{number}" for system, number in references.values_list("system", "external_id")}
    )


def _earlier(ids: list[int], model: type[Person] | type[ContactPoint]) -> list[dict[str, object]]:
    changes = Change.objects.filter(subject_id__in=ids, tbl=code_of(model), personal__isnull=False)
    return [json.loads(text) for text in changes.values_list("personal", flat=True) if text]
