"""People who lie in the bin: history still knows who they were."""

import json
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q

from khoi.accounts.models import Contact
from khoi.activities.models import Activity, Attachment
from khoi.history.models import Change, code_of
from khoi.history.queries.images import columns_of
from khoi.history.queries.lives import chunks, values_before
from khoi.leads.models import Lead
from khoi.people.models import ContactPoint, Person
from khoi.pipeline.models import Opportunity
from khoi.team.queries import Hidden, find
from khoi.team.rules import Principal


def find_gone(*, public_id: UUID | None = None, pk: int | None = None) -> Person | None:
    """Somebody who was deleted, as they were then, or whom they had been merged into; None when nobody was, or they
    are there again."""
    named = Q(row_id=pk)
    if public_id is not None:
        named = Q(before__contains=f'"{public_id}"') | Q(before__contains=f'"{public_id.hex}"')
    last = Change.objects.filter(named, tbl=code_of(Person), op="d").order_by("-id").first()
    if last is None or Person.objects.filter(pk=last.row_id).exists():
        return None
    person = _person(last)
    root = person.merged_into_id and find_gone(pk=person.merged_into_id)
    return root or person


def find_anywhere(actor: Principal, public_id: UUID) -> Person:
    """Somebody who may be erased by the actor, standing or in the bin. Raises ``Hidden`` or ``Forbidden``."""
    try:
        return find(actor, "person.erase", Person, public_id=public_id)
    except Hidden:
        gone = find_gone(public_id=public_id) if actor.may("person.erase") and actor.visibility == "all" else None
        if gone is None:
            raise
        return gone


def gone_with(person: Person) -> list[Person]:
    """Those who were merged into somebody in the bin, and went with them."""
    going = Change.objects.filter(tbl=code_of(Person), op="d", row_id=person.pk).order_by("-id").values("act")[:1]
    changes = Change.objects.filter(tbl=code_of(Person), op="d", act__in=going).exclude(row_id=person.pk)
    return [one for one in map(_person, changes.order_by("id")) if one.merged_into_id == person.pk]


def _person(change: Change) -> Person:
    fields = columns_of(Person)
    values = values_before(fields, change.before, change.personal)
    return Person(pk=change.row_id, **{fields[column].attname: value for column, value in values.items()})


def addresses_gone(people: Iterable[int]) -> set[tuple[str, str]]:
    """Kind and normal form of what somebody in the bin was reached by when they were deleted."""
    gone = Change.objects.filter(tbl=code_of(ContactPoint), op="d", subject_id__in=list(people), act__is_undo=False)
    pairs = gone.filter(personal__isnull=False).values_list("before", "personal")
    return {(json.loads(before or "{}")["kind"], json.loads(personal or "{}")["normal"]) for before, personal in pairs}


def files_gone(people: Iterable[int]) -> set[int]:
    """Files that hung on activities with these people which are gone, and on nobody else's, gone or not."""
    spoke = Change.objects.filter(tbl=code_of(Activity), subject_id__in=list(people))
    theirs = set(spoke.values_list("row_id", flat=True).distinct())
    taken = Change.objects.filter(tbl=code_of(Attachment), op="d").values_list("before", flat=True)
    hung = [(one["activity_id"], one["file_id"]) for one in (json.loads(before or "{}") for before in taken)]
    of_others = {file for activity, file in hung if activity not in theirs}
    mine = {file for activity, file in hung if activity in theirs} - of_others
    standing: set[int] = set()
    for chunk in chunks(mine):
        held = Attachment.objects.filter(file__in=chunk).exclude(activity__in=theirs)
        standing |= set(held.values_list("file", flat=True))
    return mine - standing


def accounts_once_theirs(people: Collection[int]) -> set[int]:
    """Accounts that a contact, lead or deal of these people belonged to and does no more."""
    found: set[int] = set()
    for model in (Contact, Lead, Opportunity):
        told = Change.objects.filter(tbl=code_of(model), subject_id__in=people, before__contains='"account_id"')
        images: Iterable[dict[str, Any]] = (json.loads(text or "{}") for text in told.values_list("before", flat=True))
        found |= {one["account_id"] for one in images if one["account_id"] is not None}
    return found
