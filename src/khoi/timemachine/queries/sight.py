"""What of history somebody may see, and which acts they may take back. Today's rights, for all of the past."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db import models

from khoi.history.models import Act, Change, code_of, model_of
from khoi.history.queries import RowChange, wholes_of
from khoi.kit.db.asking import ask
from khoi.lifecycle.queries.going import HEAVY
from khoi.team.models import User
from khoi.team.queries import Forbidden, Hidden
from khoi.team.rules import Principal
from khoi.timemachine.queries.departed import known, missing, would_see
from khoi.timemachine.queries.rights import DELETED, rights_of, rights_to_write, verbs_of
from khoi.timemachine.queries.standing import Model, seen, sees_all

#: Rows looked at in one go for whether somebody would see them.
AT_ONCE = 5_000


def did(actor: Principal, act: Act) -> bool:
    """Whether the act is the actor's own, at the keyboard or by a token."""
    return actor.id is not None and act.actor_kind in ("user", "token") and act.actor_id == actor.id


def acts_seen(actor: Principal, acts: Collection[Act]) -> set[int]:
    """Ids of those acts the actor may know of: their own, and those that, by themselves or a part, touched a row they
    see."""
    if sees_all(actor):
        return {act.pk for act in acts}
    own = {act.pk for act in acts if did(actor, act)}
    wholes = wholes_of({act.pk for act in acts} - own)
    return own | {wholes[act] for act in _seen_by_rows(actor, wholes)}


def _seen_by_rows(actor: Principal, acts: Collection[int]) -> set[int]:
    found: set[int] = set()
    changes = Change.objects.filter(act_id__in=acts)
    for code in list(changes.order_by().values_list("tbl", flat=True).distinct()):
        rows = seen(model_of(code), actor).order_by().values("pk")
        found |= set(changes.filter(tbl=code, row_id__in=rows).values_list("act_id", flat=True).distinct())
    return found | _seen_by_what_went(actor, changes.exclude(act_id__in=found))


def _seen_by_what_went(actor: Principal, changes: "models.QuerySet[Change]") -> set[int]:
    """Ids of acts that touched a row which is gone by now and which the actor would see if it stood."""
    found: set[int] = set()
    for code in list(changes.order_by().values_list("tbl", flat=True).distinct()):
        model = model_of(code)
        gone = changes.filter(tbl=code).exclude(row_id__in=model._base_manager.order_by().values("pk"))
        acts = defaultdict(set)
        for act, row in gone.order_by().values_list("act_id", "row_id").distinct():
            acts[row].add(act)
        rows = sorted(row for row, touched in acts.items() if not touched <= found)
        for start in range(0, len(rows), AT_ONCE):
            part = {row for row in rows[start : start + AT_ONCE] if not acts[row] <= found}
            found |= {act for row in would_see(actor, model, part) for act in acts[row]}
    return found


def find_act(actor: Principal, act_id: int) -> Act:
    """The act, if the actor may know of it; else ``Hidden``."""
    act = Act.objects.filter(pk=act_id, position__isnull=False).select_related("undone_by").first()
    if act is None or act.pk not in acts_seen(actor, [act]):
        raise Hidden
    return act


def known_of(actor: Principal, act_ids: Collection[int]) -> tuple[list[Act], int]:
    """Those of the acts the actor may know of, latest first, and how many more there are."""
    acts = list(Act.objects.filter(pk__in=act_ids).order_by("-position"))
    seen = acts_seen(actor, acts)
    known = [act for act in acts if act.pk in seen]
    return known, len(acts) - len(known)


def seen_changes(actor: Principal, changes: Iterable[RowChange]) -> list[RowChange]:
    """Those changes whose row the actor sees, or would see if it still stood."""
    told = list(changes)
    rows: dict[Model, set[int]] = defaultdict(set)
    for change in told:
        rows[change.model].add(change.row_id)
    open_rows = {model: known(actor, model, ids) for model, ids in rows.items()}
    return [change for change in told if change.row_id in open_rows[change.model]]


def may_take_back(actor: Principal, act: Act) -> bool:
    """Whether the act is the actor's to take back, whatever it wrote."""
    return actor.may("act.undo") and (did(actor, act) or actor.may("act.undo_others"))


def may_ask(actor: Principal, acts: Collection[Act]) -> set[int]:
    """Ids of those acts that the actor may take back as far as rights go; ``allow_undo`` looks at every row."""
    theirs = {act.pk: act for act in acts if may_take_back(actor, act)}
    wrote: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    changes = Change.objects.filter(act_id__in=theirs).order_by()
    for pk, code, op in changes.values_list("act_id", "tbl", "op").distinct():
        wrote[pk][code].add(op)
    return {pk for pk, act in theirs.items() if _has_rights(actor, act, wrote[pk])}


def _has_rights(actor: Principal, act: Act, wrote: dict[int, set[str]]) -> bool:
    verbs = verbs_of(act)
    needed = rights_of(verbs)
    for code, ops in wrote.items():
        own_account = model_of(code) is User and did(actor, act)
        needed |= {"profile.edit"} if own_account else rights_to_write(model_of(code), ops, verbs)
    return all(map(actor.may, needed))


def allow_undo(actor: Principal, acts: Collection[int]) -> None:
    """Raise ``Forbidden`` unless the actor may take all these acts back: their own, or as somebody who leads, with
    today's right to do the reverse and sight of every row."""
    for act in Act.objects.filter(pk__in=acts):
        if not may_take_back(actor, act):
            raise Forbidden("act.undo" if did(actor, act) else "act.undo_others")
        verbs = verbs_of(act)
        _allow(actor, rights_of(verbs))
        wrote: dict[int, set[str]] = defaultdict(set)
        for code, op in ask("select distinct tbl, op from history_change where act_id = {ids}", [act.pk]):
            wrote[code].add(op)
        for code, ops in wrote.items():
            _allow_rows(actor, act, model_of(code), ops, verbs)


def _allow_rows(actor: Principal, act: Act, model: Model, ops: Collection[str], verbs: Collection[str]) -> None:
    mine = did(actor, act)
    own_account = model is User and mine and not _of_table(act, model).exclude(row_id=actor.id or 0).exists()
    _allow(actor, {"profile.edit"} if own_account else rights_to_write(model, ops, verbs))
    if not sees_all(actor) and _unseen(actor, model, _of_table(act, model), along=mine and _goes_along(model, verbs)):
        raise Forbidden("act.undo")


def _of_table(act: Act, model: Model) -> "models.QuerySet[Change]":
    return Change.objects.filter(act=act, tbl=code_of(model)).order_by()


def _allow(actor: Principal, actions: Iterable[str]) -> None:
    for action in sorted(actions):
        if not actor.may(action):
            raise Forbidden(action)


def _goes_along(model: Model, verbs: Collection[str]) -> bool:
    """Whether such rows went with a record unasked, so that whoever may bring it back brings them along."""
    return bool(verbs) and DELETED.keys() >= set(verbs) and model not in {*HEAVY, *(DELETED[verb] for verb in verbs)}


def _unseen(actor: Principal, model: Model, rows: "models.QuerySet[Change]", *, along: bool) -> bool:
    """Whether one of the rows is hidden from the actor; ``along``: those that are gone do not count."""
    beside = set(rows.exclude(row_id__in=seen(model, actor).order_by().values("pk")).values_list("row_id", flat=True))
    gone = missing(model, beside)
    return beside != gone or (not along and would_see(actor, model, gone) != gone)
