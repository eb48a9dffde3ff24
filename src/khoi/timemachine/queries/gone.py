"""Records that were deleted: whose they were, and the act that took one out."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.db.models import Q

from khoi.accounts.models import Account
from khoi.activities.models import Activity, Task
from khoi.history.models import Act, Change, code_of, model_of
from khoi.history.queries.images import image
from khoi.leads.models import Lead
from khoi.lifecycle.queries.going import VERBS
from khoi.people.models import Person
from khoi.pipeline.models import Opportunity
from khoi.team.models import User
from khoi.team.rules import PARTNER, Principal

Model = type[models.Model]

#: The verb of a deletion → what it deleted.
DELETED: Final[dict[str, Model]] = {verb: model for model, verbs in VERBS.items() for verb in verbs}
#: Column that says whose a record was.
OWNER: Final[dict[Model, str]] = {
    Lead: "owner_id",
    Opportunity: "owner_id",
    Account: "owner_id",
    Task: "owner_id",
    Activity: "by_id",
}


def looked_after(actor: Principal, acts: Iterable[Act]) -> set[int]:
    """Ids of those deletions whose records all belonged to people the actor looks after, themself included."""
    deletions = {act.pk for act in acts if act.verb in DELETED}
    if not deletions:
        return set()
    owners: dict[int, set[int | None]] = defaultdict(set)
    codes = {code_of(model): column for model, column in OWNER.items()}
    gone = Change.objects.filter(act__in=deletions, op="d", tbl__in=codes).values_list("act", "tbl", "before")
    for act, code, before in gone.iterator(chunk_size=2_000):
        owners[act].add(image(before, None).get(codes[code]))
    theirs = _looks_after(actor, {pk for found in owners.values() for pk in found if pk is not None})
    return {act for act, found in owners.items() if found <= theirs}


def _looks_after(actor: Principal, ids: set[int]) -> set[int | None]:
    """As ``team.models.owned`` says it of rows that stand."""
    if actor.visibility == "all" and actor.role != PARTNER:
        return {*ids, None}
    if actor.visibility == "own" or actor.role == PARTNER:
        return {actor.id} if actor.id is not None else set()
    team = User.objects.filter(pk__in=ids, team=actor.team_id) if actor.team_id else User.objects.none()
    return {actor.id, None, *team.values_list("pk", flat=True)}


def deletion_of(model: Model, public_id: UUID) -> Act | None:
    """The latest standing deletion that took the record out; None when it was never there, or is there again."""
    named = Q(before__contains=f'"{public_id}"') | Q(before__contains=f'"{public_id.hex}"')
    gone = Change.objects.filter(named, tbl=code_of(model), op="d", act__verb__in=DELETED, act__undone_by=None)
    last = gone.order_by("-id").select_related("act").first()
    if last is None or model._base_manager.filter(pk=last.row_id).exists():
        return None
    return last.act


def names_in(acts: Iterable[Act]) -> dict[int, list[str]]:
    """Act id → the names of what it deleted, as they stood then, one per record; "" for one that had none."""
    by_id = {act.pk: act for act in acts}
    heads: dict[int, list[dict[str, Any]]] = defaultdict(list)
    people: dict[tuple[int, int], str] = {}
    codes = {code_of(model) for model in VERBS}
    gone = Change.objects.filter(act__in=by_id, op="d", tbl__in=codes).order_by("id")
    for act, code, row, before, personal in gone.values_list("act", "tbl", "row_id", "before", "personal"):
        values = image(before, personal)
        if values.get("full_name"):
            people[act, row] = values["full_name"]
        if model_of(code) is DELETED.get(by_id[act].verb):
            heads[act].append(values)
    return _named(heads, people)


def _named(heads: dict[int, list[dict[str, Any]]], gone: dict[tuple[int, int], str]) -> dict[int, list[str]]:
    wanted = {int(values.get("person_id") or 0) for rows in heads.values() for values in rows}
    standing = {p.pk: p.full_name for p in Person.objects.filter(pk__in=wanted).only("full_name")}
    return {
        act: [_name(values, gone.get((act, values.get("person_id") or 0)), standing) for values in rows]
        for act, rows in heads.items()
    }


def _name(values: dict[str, Any], person_then: str | None, standing: dict[int, str]) -> str:
    """Its own name, or whose it was."""
    own = next((str(values[c]) for c in ("full_name", "name", "title") if values.get(c)), "")
    person = person_then or standing.get(values.get("person_id") or 0, "")
    return own or person or str(values.get("company_name") or "")
