"""History keeps that something changed, when and by whom, and forgets the values."""

import json
from collections.abc import Collection, Iterable, Mapping

from django.db import models

from khoi.accounts.models import Account
from khoi.history.models import KINDS, Act, Change, code_of
from khoi.history.queries.lives import chunks
from khoi.kit.fold import fold
from khoi.people.queries import references

Rows = Mapping[type[models.Model], set[int]]


def forget_history(act: Act, people: Iterable[int], rows: Rows) -> int:
    """Take the earlier values of these people and rows out of every change, those of the open act too. How many
    rows the act emptied or deleted."""
    persons = list(people)
    _forget(Change.objects.filter(subject_id__in=persons))
    _forget(Change.objects.filter(act=act))
    for model, ids in rows.items():
        if KINDS[model].recorded:
            for chunk in chunks(ids | _deleted_before(model, persons)):
                _forget(Change.objects.filter(tbl=code_of(model), row_id__in=chunk))
    return Change.objects.filter(act=act, op__in=["u", "d"]).values("tbl", "row_id").distinct().count()


def _forget(changes: "models.QuerySet[Change]") -> None:
    changes.filter(personal__isnull=False).update(personal=None, salt=None)


def _deleted_before(model: type[models.Model], people: list[int]) -> set[int]:
    """Rows that spoke of these people through another row, and are gone already."""
    found: set[int] = set()
    for one in references().beyond:
        if one.table != model._meta.label or not KINDS[model].personal:
            continue
        key = model._meta.get_field(one.path.partition(".")[0])
        if not isinstance(key, models.ForeignKey):
            continue
        spoke = Change.objects.filter(tbl=code_of(key.related_model), subject_id__in=people)
        targets = set(spoke.values_list("row_id", flat=True).distinct())
        gone = Change.objects.filter(tbl=code_of(model), op="d", personal__isnull=False)
        pairs = gone.values_list("row_id", "before").iterator()
        found |= {pk for pk, before in pairs if json.loads(before or "{}").get(key.column) in targets}
    return found


def accounts_gone(linked: Collection[int], names: Collection[str]) -> set[int]:
    """Of these accounts those that are there no more and stood under one of these (folded) names."""
    gone = Change.objects.filter(tbl=code_of(Account), op="d", row_id__in=linked, personal__isnull=False)
    images = gone.values_list("row_id", "personal")
    return {row for row, personal in images if fold(json.loads(personal or "{}").get("name") or "") in names}
