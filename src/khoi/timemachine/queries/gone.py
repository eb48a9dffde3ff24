"""Records that were deleted: whose they were, and the act that took one out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from khoi.history.models import Act, Change, code_of, model_of
from khoi.history.queries.images import image
from khoi.lifecycle.queries.going import VERBS
from khoi.people.models import Person
from khoi.team.rules import Principal
from khoi.timemachine.queries.departed import known, missing, would_see
from khoi.timemachine.queries.rights import DELETED
from khoi.timemachine.queries.standing import Model

#: A row's id and what it held.
_Head = tuple[int, dict[str, Any]]


def deletion_of(model: Model, public_id: UUID, actor: Principal) -> Act | None:
    """The latest standing deletion that took the record out; None when it was never there, is there again, or would be
    out of the actor's sight."""
    found = deleted_row(model, public_id, actor)
    return found.act if found is not None else None


def deleted_row(model: Model, public_id: UUID, actor: Principal) -> Change | None:
    """The same, with the row that went."""
    named = Q(before__contains=f'"{public_id}"') | Q(before__contains=f'"{public_id.hex}"')
    gone = Change.objects.filter(named, tbl=code_of(model), op="d", act__verb__in=DELETED, act__undone_by=None)
    last = gone.order_by("-id").select_related("act").first()
    if last is None or not would_see(actor, model, missing(model, {last.row_id})):
        return None
    return last


@dataclass(frozen=True, slots=True)
class Names:
    """``names``: what was deleted, as it was called then, one per record the reader would see if it stood; "" for one
    that had none. ``hidden``: how many records more."""

    names: list[str]
    hidden: int


def people_in(act: Act) -> list[tuple[UUID, str]]:
    """Id and name of those whom a standing deletion took out and who lie in the bin; who was merged into them is left
    out."""
    if act.verb not in DELETED or act.undone_by_id is not None:
        return []
    changes = Change.objects.filter(act=act, op="d", tbl=code_of(Person)).order_by("id")
    rows = {row: image(*texts) for row, *texts in changes.values_list("row_id", "before", "personal")}
    there = set(Person.objects.filter(pk__in=rows).values_list("pk", flat=True))
    found = [values for row, values in rows.items() if row not in there and values["merged_into_id"] is None]
    return [(UUID(values["public_id"]), values.get("full_name") or "") for values in found]


def names_in(acts: Iterable[Act], actor: Principal) -> dict[int, Names]:
    """Act id → the names of what it deleted."""
    by_id = {act.pk: act for act in acts}
    heads: dict[Model, dict[int, list[_Head]]] = defaultdict(lambda: defaultdict(list))
    people: dict[tuple[int, int], str] = {}
    codes = {code_of(model) for model in VERBS}
    gone = Change.objects.filter(act__in=by_id, op="d", tbl__in=codes).order_by("id")
    for act, code, row, before, personal in gone.values_list("act", "tbl", "row_id", "before", "personal"):
        values = image(before, personal)
        if values.get("full_name"):
            people[act, row] = values["full_name"]
        if (model := model_of(code)) is DELETED.get(by_id[act].verb):
            heads[model][act].append((row, values))
    return {
        act: names for model, by_act in heads.items() for act, names in _named(model, by_act, people, actor).items()
    }


def _named(
    model: Model, heads: dict[int, list[_Head]], gone: dict[tuple[int, int], str], actor: Principal
) -> dict[int, Names]:
    rows = [head for found in heads.values() for head in found]
    theirs = known(actor, model, {row for row, _ in rows})
    wanted = {int(values.get("person_id") or 0) for _, values in rows}
    standing = {p.pk: p.full_name for p in Person.objects.filter(pk__in=wanted).only("full_name")}
    told = {}
    for act, found in heads.items():
        shown = [values for row, values in found if row in theirs]
        names = [_name(values, gone.get((act, values.get("person_id") or 0)), standing) for values in shown]
        told[act] = Names(names, len(found) - len(shown))
    return told


def _name(values: dict[str, Any], person_then: str | None, standing: dict[int, str]) -> str:
    """Its own name, or whose it was."""
    own = next((str(values[c]) for c in ("full_name", "name", "title") if values.get(c)), "")
    person = person_then or standing.get(values.get("person_id") or 0, "")
    return own or person or str(values.get("company_name") or "")
