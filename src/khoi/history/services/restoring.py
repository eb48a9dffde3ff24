"""Bringing rows to the state a plan asks for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db import IntegrityError, models, transaction
from django.db.models import F

from khoi.history.models import KINDS
from khoi.history.queries.images import columns_of
from khoi.history.queries.keys import Model, lets_go, pointers_to
from khoi.history.queries.lives import Rows, Values, chunks
from khoi.history.queries.plans import Plan
from khoi.history.rules.tables import DERIVED, FACT
from khoi.kit.db.asking import any_by
from khoi.kit.db.writing import delete_by, update_rows


def restore(plan: Plan) -> None:
    """Take out, change, put in: in this order nothing clashes with what is about to go.

    Foreign keys are checked at the end of the transaction. Raises ``IntegrityError``, with nothing written,
    when a rule of the database forbids the state.
    """
    with transaction.atomic():
        for model, goal in plan.goal.items():
            take_out(model, [pk for pk, state in goal.items() if state is None and pk in plan.now[model]])
        for model, goal in plan.goal.items():
            _update(
                model, plan.now[model], {pk: s for pk, s in goal.items() if s is not None and pk in plan.now[model]}
            )
        for model, goal in plan.goal.items():
            _insert(model, {pk: s for pk, s in goal.items() if s is not None and pk not in plan.now[model]})


def take_out(model: Model, ids: Iterable[int]) -> None:
    """Take rows out. What is rebuilt goes with them, what can do without lets go of them."""
    ids = list(ids)
    for pointing, field in pointers_to(model):
        if not lets_go(pointing, field):
            continue
        for chunk in chunks(ids):
            if KINDS[pointing].kind == DERIVED:
                delete_by(pointing, field.name, chunk)
            elif any_by(pointing, field.name, chunk):
                pointing._base_manager.filter(**{f"{field.name}__in": chunk}).update(**{field.name: None})
    for chunk in chunks(ids):
        delete_by(model, "pk", chunk)


def _insert(model: Model, rows: Mapping[int, Values]) -> None:
    fields = columns_of(model)
    back = [model(pk=pk, **{fields[c].attname: v for c, v in values.items()}) for pk, values in sorted(rows.items())]
    model._base_manager.bulk_create(back, batch_size=500)
    for pointing, field in pointers_to(model):
        _take_hold(pointing, field, rows)


def _take_hold(pointing: Model, field: "models.ForeignKey[object, object]", ids: Iterable[int]) -> None:
    """A derived pointer that had let go finds its row again by the subject that never changed."""
    table = KINDS[pointing]
    if table.subject is None or field.column not in table.unrecorded:
        return
    for chunk in chunks(ids):
        free = pointing._base_manager.filter(**{f"{table.subject}__in": chunk, f"{field.name}__isnull": True})
        free.update(**{field.attname: F(table.subject)})


def _update(model: Model, now: Rows, goal: Mapping[int, Values]) -> None:
    """Only what is recorded is brought back; a decision's columns never changed."""
    table = KINDS[model]
    if table.kind != FACT:
        return
    silent = table.unrecorded | table.secret
    alike: dict[frozenset[str], dict[int, Values]] = defaultdict(dict)
    for pk, values in sorted(goal.items()):
        if differing := frozenset(c for c, v in values.items() if c not in silent and now[pk][c] != v):
            alike[differing][pk] = {c: values[c] for c in differing}
    waiting = [part for columns, rows in alike.items() if not _write(model, columns, rows) for part in _singly(rows)]
    _one_by_one(model, waiting)


def _write(model: Model, columns: Iterable[str], rows: Mapping[int, Values]) -> bool:
    """Whether it could be written at once."""
    fields = columns_of(model)
    back = [model(pk=pk, **{fields[c].attname: v for c, v in values.items()}) for pk, values in rows.items()]
    try:
        with transaction.atomic():
            update_rows(back, [fields[c].name for c in sorted(columns)])
    except IntegrityError:
        return False
    return True


def _singly(rows: Mapping[int, Values]) -> list[tuple[int, Values]]:
    return [(pk, dict(values)) for pk, values in rows.items()]


def _one_by_one(model: Model, waiting: list[tuple[int, Values]]) -> None:
    """What must be unique is given up by one row before another can take it."""
    while waiting:
        left = [(pk, values) for pk, values in waiting if not _write(model, values, {pk: values})]
        if len(left) == len(waiting):
            raise IntegrityError(f"{model._meta.db_table}: the earlier values clash with what stands there now")
        waiting = left
