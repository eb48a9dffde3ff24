"""What happened to a record, and what an act did, told with the values before and after."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Max, OuterRef, Q, Subquery

from khoi.history.models import KINDS, PARTS, Act, ActSet, Change, code_of, model_of
from khoi.history.queries.images import columns_of
from khoi.history.queries.lives import Values, chunks, current_rows, values_before
from khoi.history.queries.parts import together
from khoi.history.rules.rows import Step, before


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field from what to what, as the model's field holds it (a foreign key by its id)."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row in one act. ``op``: ``i`` came, ``u`` changed, ``d`` went.

    ``fields``: what changed; for a row that came, what it came with; for one that went, what it held. Secrets
    and what can be rebuilt are left out. ``erased``: personal values of this change were erased.
    """

    change_id: int
    act: Act
    model: type[models.Model]
    row_id: int
    subject_id: int | None
    op: str
    fields: tuple[FieldChange, ...]
    erased: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Behind an act of the chain, or (``change``) behind one of its changes."""

    position: int = 0
    change: int | None = None


def version_of(record: models.Model) -> int:
    """The id of the last change of the record or of a part of it: what an editor has seen, and names again when
    writing."""
    return versions_of(type(record), [record.pk]).get(record.pk, 0)


def versions_of(model: type[models.Model], row_ids: Iterable[int]) -> dict[int, int]:
    """Row id → version; one query for the rows and one for each kind of part."""
    found: dict[int, int] = {}
    for chunk in chunks(row_ids):
        last = Change.objects.filter(tbl=code_of(model), row_id__in=chunk).values("row_id").annotate(last=Max("id"))
        found |= dict(last.values_list("row_id", "last"))
        for part, link in PARTS.get(model, ()):
            for whole, change in _last_of_parts(part, link, chunk):
                found[whole] = max(change or 0, found.get(whole, 0))
    return found


def _last_of_parts(part: type[models.Model], link: str, wholes: list[int]) -> Iterable[tuple[int, int | None]]:
    """(record, last change) of each part."""
    changes = Change.objects.filter(tbl=code_of(part), row_id=OuterRef("pk")).order_by("-id").values("id")
    rows = part._base_manager.filter(**{f"{link}__in": wholes}).annotate(last_change=Subquery(changes[:1]))
    gone = gone_parts(part, link, wholes).values("subject_id").annotate(last=Max("id"))
    return [*rows.values_list(f"{link}_id", "last_change"), *gone.values_list("subject_id", "last")]


def gone_parts(part: type[models.Model], link: str, wholes: Iterable[int]) -> "models.QuerySet[Change]":
    """How parts went that spoke of the person they were a part of; other parts are emptied, not deleted."""
    if KINDS[part].subject != str(part._meta.get_field(link).column):  # type: ignore[union-attr]
        return Change.objects.none()
    return Change.objects.filter(tbl=code_of(part), subject_id__in=list(wholes), op="d", personal__isnull=False)


def acts_of(record: models.Model) -> ActSet:
    """The acts that were about the record or changed its row, latest first."""
    code = code_of(type(record))
    touching = Change.objects.filter(tbl=code, row_id=record.pk).values("act_id")
    about = Q(subject_tbl=code, subject_id=record.pk)
    return Act.objects.filter(about | Q(pk__in=touching), position__isnull=False).order_by("-position")


def history_of(record: models.Model) -> list[RowChange]:
    """Who changed what from what to what when: every change of the record's row and its parts, latest first."""
    told = _told(type(record), [record.pk])
    for part, link in PARTS.get(type(record), ()):
        standing = part._base_manager.filter(**{link: record.pk}).values_list("pk", flat=True)
        told += _told(part, {*standing, *gone_parts(part, link, [record.pk]).values_list("row_id", flat=True)})
    return sorted(told, key=lambda change: -change.change_id)


def changes_of(act: Act, *, first: int | None = None) -> list[RowChange]:
    """Everything the act and its parts did (or the ``first`` so many changes), in the order it happened."""
    acts = together(act)
    rows: dict[int, set[int]] = defaultdict(set)
    for code, row_id in Change.objects.filter(act__in=acts).order_by("id").values_list("tbl", "row_id")[:first]:
        rows[code].add(row_id)
    told = [change for code, ids in rows.items() for change in _told(model_of(code), ids, acts=set(acts))]
    return sorted(told, key=lambda change: change.change_id)[:first]


def changes_after(place: Place, *, limit: int) -> tuple[list[RowChange], Place]:
    """The next ``limit`` changes in the order of the chain, and where they end. Nothing sealed later ever comes
    before a place, so whoever asks again from where they ended misses nothing; at the end the place stays."""
    acts = Act.objects.filter(position__gte=place.position).order_by("position")
    places = {pk: position or 0 for pk, position in acts.values_list("pk", "position")[: limit + 1]}
    rest = Q(act__position=place.position, pk__gt=place.change) if place.change is not None else Q(pk__in=[])
    wanted = Change.objects.filter(rest | Q(act__position__gt=place.position), act_id__in=places)
    found = list(wanted.order_by("act__position", "pk").values_list("pk", "tbl", "row_id", "act_id")[: limit + 1])
    rows: dict[int, set[int]] = defaultdict(set)
    for _, code, row_id, _ in found[:limit]:
        rows[code].add(row_id)
    told = {c.change_id: c for code, ids in rows.items() for c in _told(model_of(code), ids)}
    return [told[pk] for pk, *_ in found[:limit]], _end(found, places, place, limit)


def _end(found: list[tuple[int, int, int, int]], places: Mapping[int, int], start: Place, limit: int) -> Place:
    """Behind the last act that was looked at whole, or behind the last change when its act has more."""
    if len(found) <= limit:
        return Place(max([start.position, *places.values()]))
    pk, _, _, act = found[limit - 1]
    return Place(places[act], pk if found[limit][3] == act else None)


def _told(model: type[models.Model], row_ids: Iterable[int], acts: set[int] | None = None) -> list[RowChange]:
    """The changes of these rows (those of some acts, or all), oldest first, read backwards from today."""
    lives: dict[int, list[Change]] = defaultdict(list)
    ids = set(row_ids)
    for chunk in chunks(ids):
        recorded = Change.objects.filter(tbl=code_of(model), row_id__in=chunk).select_related("act").order_by("id")
        for change in recorded:
            lives[change.row_id].append(change)
    now = current_rows(model, ids)
    told: list[RowChange] = []
    for pk, changes in lives.items():
        told += [c for c in _life(model, changes, now.get(pk)) if acts is None or c.act.pk in acts]
    return sorted(told, key=lambda change: change.change_id)


def _life(model: type[models.Model], changes: list[Change], now: Values | None) -> list[RowChange]:
    after, told = now, []
    fields = columns_of(model)
    for change in reversed(changes):
        values = values_before(fields, change.before, change.personal)
        earlier = before(Step(change.pk, change.act_id, change.op, values, True), after)
        told.append(_row_change(model, change, earlier, after))
        after = earlier
    return told[::-1]


def _row_change(model: type[models.Model], change: Change, earlier: Values | None, after: Values | None) -> RowChange:
    fields = columns_of(model)
    silent = KINDS[model].unrecorded | KINDS[model].secret
    old, new = earlier or {}, after or {}
    told = tuple(
        FieldChange(field.name, old.get(column), new.get(column))
        for column, field in fields.items()
        if column not in silent and (column in old or column in new) and old.get(column) != new.get(column)
    )
    erased = change.seal is not None and change.personal is None
    return RowChange(change.pk, change.act, model, change.row_id, change.subject_id, change.op, told, erased)
