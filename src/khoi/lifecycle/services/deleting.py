"""Deleting records: in one act with all that hangs on them, so that undoing the act brings every row back."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import models

from khoi.activities.models import Activity
from khoi.history import services as history
from khoi.history.models import KINDS, Act, Change, code_of
from khoi.history.queries.lives import chunks
from khoi.kit.refusals import Refusal
from khoi.leads.models import Lead, Stage
from khoi.lifecycle.queries.going import RIGHTS, VERBS, Going, Model, going_with
from khoi.lifecycle.services import reaching
from khoi.pipeline.models import Opportunity
from khoi.qualification import services as qualification
from khoi.qualification.models import Basis, StageChange
from khoi.routing import services as routing
from khoi.team.queries import Forbidden, visible
from khoi.team.rules import Principal

#: Under this name an act's ``why`` keeps links that history does not record: table.column → what → rows.
LET_GO: Final = "let_go"


class GoesAlong(Exception):
    """Nothing was deleted yet: the records of ``along`` would go, too, and nobody has said that they may."""

    def __init__(self, along: Mapping[Model, Collection[int]]) -> None:
        super().__init__("; ".join(sorted(names_of(along))))
        self.along = dict(along)


def delete_records(
    records: Sequence[models.Model], *, by: Principal, now: datetime, along: Collection[str] | None = ()
) -> Act:
    """Delete records of one kind, seen and allowed already, with every row that hangs on them.

    ``along``: the leads, deals and contacts that may go with them, as ``names_of`` says them; None for whatever there
    is. Raises ``GoesAlong`` when there are others, ``Refusal`` when something holds a record, ``Forbidden`` without
    the right to delete what goes along.
    """
    model = type(records[0])
    verb = VERBS[model][len(records) > 1]
    subject = records[0] if len(records) == 1 else None
    with history.act(verb, by=by, now=now, subject=subject) as act:
        ids = _hold(model, [record.pk for record in records])
        going = going_with(model, ids)
        _allow(model, going, by)
        if along is not None and not names_of(going.along(model)) <= set(along):
            raise GoesAlong(going.along(model))
        _remember(act, going)
        _take_out(going, by, now)
    return act


def names_of(along: Mapping[Model, Collection[int]]) -> set[str]:
    """What goes along as words a page or a program can send back."""
    return {f"{model._meta.model_name}:{pk}" for model, ids in along.items() for pk in ids}


def _hold(model: Model, ids: list[int]) -> set[int]:
    """Nobody hangs anything on these records any more. Those that went meanwhile are left out."""
    held = model._base_manager.select_for_update().filter(pk__in=ids).order_by("pk")
    return set(held.values_list("pk", flat=True))


def _allow(model: Model, going: Going, by: Principal) -> None:
    for code, rows in going.held.items():
        if rows:
            raise Refusal(code, count=len(rows))
    changed = [(kind, rows) for (kind, _), rows in going.staying.items()]
    for kind, rows in [*going.along(model).items(), *changed]:
        for chunk in chunks(rows):
            if visible(kind, by).filter(pk__in=chunk).count() < _live(kind, chunk):
                raise Refusal("holds_hidden")
    for kind in going.along(model):
        if kind in RIGHTS and not by.may(RIGHTS[kind]):
            raise Forbidden(RIGHTS[kind])
    others = Activity.objects.filter(pk__in=going.rows[Activity]).exclude(by=by.id)
    if model is Activity and not by.may("activity.delete_others") and others.exists():
        raise Forbidden("activity.delete_others")


def _live(model: Model, ids: list[int]) -> int:
    """How many of them stand for themselves; rows that were absorbed are seen by nobody."""
    return model._default_manager.filter(pk__in=ids).count()


def _remember(act: Act, going: Going) -> None:
    let_go: dict[str, dict[str, list[int]]] = {}
    for (model, name), pairs in going.unrecorded.items():
        targets: dict[str, list[int]] = defaultdict(list)
        for row, target in pairs:
            targets[str(target)].append(row)
        if targets:
            let_go[f"{model._meta.db_table}.{name}"] = targets
    if let_go:
        act.why = json.dumps({LET_GO: let_go}, sort_keys=True)


def _take_out(going: Going, by: Principal, now: datetime) -> None:
    answers = reaching.answers_of(going.rows.get(Activity, set()), leaving_out=going.rows.get(Lead, set()))
    former = _leads_of(going)
    for (model, name), rows in going.staying.items():
        for chunk in chunks(rows):
            model._base_manager.filter(pk__in=chunk).update(**{name: None})
    for model, rows in going.rows.items():
        history.take_out(model, rows)
    reaching.forget_answers(answers)
    for lead in former:
        _give_back(lead, by, now)
    routing.recount(check=False)


def _leads_of(going: Going) -> list[Lead]:
    """Leads that stay behind while the deal they became goes."""
    deals = going.rows.get(Opportunity, set())
    leads = [lead for chunk in chunks(deals) for lead in Lead.objects.filter(opportunity__in=chunk)]
    return [lead for lead in leads if lead.pk not in going.rows.get(Lead, set())]


def _give_back(lead: Lead, by: Principal, now: datetime) -> None:
    """Without its deal a lead stands where it stood before it was converted, and can be converted again."""
    converted = StageChange.objects.filter(lead=lead, to_stage=Stage.OPPORTUNITY, basis=Basis.CONVERTED)
    last = converted.order_by("occurred_at", "id").last()
    lead.refresh_from_db()
    stage = last.from_stage if last is not None and last.from_stage else Stage.SQL
    qualification.enter_stage(lead, stage=stage, basis=Basis.REOPENED, by=by, now=now)


def relink_restored(undo: Act) -> None:
    """Rows that history does not record find what they had let go of, once an undo has put that back."""
    back = Change.objects.filter(act=undo, op="i", tbl=code_of(Lead)).values_list("row_id", flat=True)
    for chunk in chunks(back):
        gone = Change.objects.filter(op="d", tbl=code_of(Lead), row_id__in=chunk).values("act")
        for why in Act.objects.filter(pk__in=gone, why__contains=f'"{LET_GO}"').values_list("why", flat=True):
            _relink(json.loads(why)[LET_GO], set(chunk))


def _relink(let_go: Mapping[str, Mapping[str, list[int]]], back: set[int]) -> None:
    tables = {model._meta.db_table: model for model in KINDS}
    for place, targets in let_go.items():
        table, _, name = place.partition(".")
        for target, rows in targets.items():
            if int(target) in back and table in tables:
                free = tables[table]._base_manager.filter(pk__in=rows, **{f"{name}__isnull": True})
                free.update(**{f"{name}_id": int(target)})
