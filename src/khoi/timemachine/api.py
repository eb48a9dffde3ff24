"""What was done, and taking it back, for programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any, Final

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from khoi.custom.queries import ValueChange, told_changes
from khoi.custom.rules import as_json
from khoi.history.models import Act
from khoi.history.queries import Place, RowChange, TooManyDiffer, changes_after
from khoi.history.services import Refused
from khoi.reports.queries.asking import end_of
from khoi.team.api import Body, Id, Moment, Problem, who
from khoi.team.models import User
from khoi.team.queries import authorize
from khoi.team.rules import Principal
from khoi.timemachine import services
from khoi.timemachine.queries import binned, listing, outside, past, sight, telling, words
from khoi.timemachine.queries.then import FIRST, MOST, TABLES
from khoi.workspace import queries as workspace

router = Router(tags=["history"])


class ActOut(Schema):
    id: int
    verb: str
    by: str = Field(description="A name; empty for a visitor")
    by_kind: str = Field(description="user, token, visitor or system")
    via: str
    recorded_at: Moment
    occurred_at: Moment
    changes: int
    is_undo: bool
    undone_by: int | None = Field(description="The act that took it back")
    may_undo: bool


class Acts(Schema):
    items: list[ActOut]
    next: int | None = Field(description="Pass it as before for the part behind it; null at the end")


class ValueOut(Schema):
    field: str
    before: Any = Field(description="A record by its id or code, and hidden when you may not see it")
    after: Any


class ChangeOut(Schema):
    kind: str = Field(description="The table, such as leads_lead")
    op: str = Field(description="i came, u changed, d went")
    fields: list[ValueOut]
    erased: bool


class ActFull(ActOut):
    rows: list[ChangeOut]
    further: int = Field(description="Rows not shown: out of sight, or too many")


class FeedItem(ChangeOut):
    position: int = Field(description="The act's place in the order of everything that was done")
    act: int
    verb: str
    by: str
    recorded_at: Moment
    record: Id | None = Field(description="The record's id, where the row has one")


class Feed(Schema):
    items: list[FeedItem]
    next: str = Field(description="Pass it as after; it stays the same while nothing new was done")


class BinnedOut(Schema):
    act: int = Field(description="Undo it to bring everything back: POST /api/acts/{act}/undo")
    kind: str = Field(description="The table, such as leads_lead")
    names: list[str] = Field(description="The first few of what was deleted, as they were called then")
    records: int = Field(description="How many records were deleted")
    rows: int = Field(description="Everything that went, the records included")
    by: str
    deleted_at: Moment
    may_restore: bool


class Bin(Schema):
    items: list[BinnedOut]
    next: int | None = Field(description="Pass it as before for the part behind it; null at the end")


class UndoIn(Body):
    with_dependents: bool = Field(False, description="Take back later acts that build on it, too")
    agreed: list[int] | None = Field(None, description="The dependents you were told of: never take back others")
    alone: bool = Field(False, description="Of many merges that are one, this first one and not the others")


#: What no body says.
ALONE: Final = UndoIn.model_validate({})


class UndoOut(Schema):
    act: int = Field(description="The undo itself; undo it to get everything back")
    undone: list[int]
    kept: int = Field(description="Rows that stay by law")
    erased: int = Field(description="Rows that stay as they are, of people who were erased")
    stays: list[int] = Field(description="A merge taken back: later acts of which something stays with the survivor")


@router.get("/acts", response=Acts, summary="What was done, latest first")
def list_acts(
    request: HttpRequest,
    user: Id | None = None,
    verb: str = "",
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    actor = who(request)
    authorize(actor, "act.view")
    whose = User.objects.visible_to(actor).filter(public_id=user).values_list("pk", flat=True).first() if user else ""
    wanted = listing.Wanted(who="nobody" if whose is None else str(whose), verb=verb)
    part = listing.acts_for(actor, wanted, before=before, limit=limit)
    return {"items": [_told(entry.act, entry.changes, may=entry.may_undo) for entry in part.entries], "next": part.next}


def _told(act: Act, changes: int, *, may: bool) -> dict[str, Any]:
    names = ("id", "verb", "via", "recorded_at", "occurred_at", "is_undo")
    told = {name: getattr(act, name) for name in names}
    by = {"by": act.actor_label, "by_kind": act.actor_kind}
    return {**told, **by, "changes": changes, "undone_by": act.undone_by_id, "may_undo": may}


@router.get("/bin", response=Bin, summary="What was deleted and can be brought back, latest first")
def list_bin(
    request: HttpRequest,
    q: str = "",
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """``q``: beginnings of words of a name. What you may not know of is left out."""
    actor = who(request)
    authorize(actor, "act.view")
    part = binned.binned_for(actor, q=q[:100].replace("\0", ""), before=before, limit=limit)
    return {"items": [_binned(entry) for entry in part.entries], "next": part.next}


def _binned(entry: binned.Binned) -> dict[str, Any]:
    return {
        "act": entry.act.pk,
        "kind": entry.kind,
        "names": list(entry.names),
        "records": len(entry.names) + entry.others,
        "rows": entry.rows,
        "by": entry.act.actor_label,
        "deleted_at": entry.act.recorded_at,
        "may_restore": entry.may_restore,
    }


@contextmanager
def rows_then(actor: Principal, kind: str, as_of: date, known: str) -> Iterator[Principal]:
    """Inside, routes of this ``kind`` read the rows of then; yields the actor as who looks at that day."""
    authorize(actor, "act.view")
    try:
        with services.looking_back(actor, _end_of(as_of), known=known, tables=TABLES[kind]) as then:
            yield then
    except TooManyDiffer as far:
        text = _("More than %(count)s records have changed since that day, too many to put this list together.")
        raise Problem(422, "too_far_back", text % {"count": MOST}) from far


def _end_of(as_of: date) -> datetime:
    if as_of > workspace.today(timezone.now()):
        raise Problem(422, "bad_day", _("%(day)s is still to come.") % {"day": as_of.isoformat()})
    if as_of < FIRST:
        raise Problem(422, "bad_day", _("Nothing is known of days before 1900."))
    return end_of(as_of)


def record_then(record: models.Model, actor: Principal, as_of: date, known: str) -> dict[str, Any]:
    """What ``?as_of=`` adds to an answer about one record: ``was_there``, ``values``, ``hanging``."""
    authorize(actor, "act.view")
    raw = past.raw_as_of(record, actor, _end_of(as_of), known=known)
    return {"was_there": raw.values is not None, "values": raw.values or {}, "hanging": raw.hanging}


@router.get("/acts/{act_id}", response=ActFull, summary="What one act changed, from what to what")
def show_act(request: HttpRequest, act_id: int) -> dict[str, Any]:
    actor = who(request)
    authorize(actor, "act.view")
    act = sight.find_act(actor, act_id)
    changes, further = telling.seen_of(act, actor)
    may = act.undone_by_id is None and bool(sight.may_ask(actor, [act]))
    values = told_changes(changes)
    pointed = outside.told_outside(outside.pointed_at(changes), actor)
    rows = [_row(change, values.get(change.change_id), pointed) for change in changes]
    return {**_told(act, len(rows) + further, may=may), "rows": rows, "further": further}


@router.get("/changes", response=Feed, summary="Every change in the order it was done, from where you ended")
def list_changes(
    request: HttpRequest,
    after: Annotated[str, Query(pattern=r"^\d{1,18}(\.\d{1,18})?$")] = "0",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> dict[str, Any]:
    """Complete and in one order: what is done later always comes later, whoever writes at the same time. Rows you may
    not see are left out; an act that takes another back is an act of its own."""
    actor = who(request)
    authorize(actor, "act.view")
    position, _, change = after.partition(".")
    found, end = changes_after(Place(int(position), int(change) if change else None), limit=limit)
    mine = sight.seen_changes(actor, found)
    ids = telling.public_ids(mine)
    values = told_changes(mine)
    pointed = outside.told_outside(outside.pointed_at(mine), actor)
    items = [_fed(one, ids.get((one.model, one.row_id)), values.get(one.change_id), pointed) for one in mine]
    return {"items": items, "next": f"{end.position}.{end.change}" if end.change is not None else str(end.position)}


def _fed(change: RowChange, record: Any, value: ValueChange | None, pointed: outside.Told) -> dict[str, Any]:
    act = change.act
    of_act = {"position": act.position, "act": act.pk, "verb": act.verb, "by": act.actor_label}
    return {**_row(change, value, pointed), **of_act, "recorded_at": act.recorded_at, "record": record}


def _row(change: RowChange, value: ValueChange | None, pointed: outside.Told) -> dict[str, Any]:
    return {
        "kind": change.model._meta.db_table,
        "op": change.op,
        "fields": _fields(change, value, pointed),
        "erased": change.erased,
    }


def _fields(change: RowChange, value: ValueChange | None, pointed: outside.Told) -> list[dict[str, Any]]:
    """A value of a custom field is told under its key, as it is read and written; a record by its id or code."""
    if value is not None:
        return [{"field": value.field.named, "before": as_json(value.before), "after": as_json(value.after)}]
    return [
        {
            "field": f.field,
            "before": outside.said(change.model, f.field, f.before, pointed),
            "after": outside.said(change.model, f.field, f.after, pointed),
        }
        for f in change.fields
    ]


@router.post("/acts/{act_id}/undo", response=UndoOut, summary="Take an act back, exactly or not at all")
def undo_act(request: HttpRequest, act_id: int, body: UndoIn = ALONE) -> dict[str, Any]:
    """409 `dependents` names the later acts that build on it and says how many are `hidden` from you; 409
    `already_undone`, `nothing_to_undo`, `in_use`, `erased` or `clash` when it cannot be."""
    actor = who(request)
    authorize(actor, "act.undo")
    act = sight.find_act(actor, act_id)
    now = timezone.now()
    try:
        undone = services.undo(
            act, by=actor, now=now, with_dependents=body.with_dependents, agreed=body.agreed, alone=body.alone
        )
    except Refused as refused:
        known, hidden = sight.known_of(actor, refused.dependents)
        named = [{"id": a.pk, "verb": a.verb, "by": a.actor_label} for a in reversed(known)]
        raise Problem(
            409,
            refused.reason,
            words.refusal_words(refused.reason),
            dependents=sorted(a.pk for a in known),
            known=named,
            hidden=hidden,
        ) from refused
    return {
        "act": undone.act.pk,
        "undone": list(undone.undone),
        "kept": undone.kept,
        "erased": undone.erased,
        "stays": sorted(a.pk for a in sight.known_of(actor, undone.stays)[0]),
    }
