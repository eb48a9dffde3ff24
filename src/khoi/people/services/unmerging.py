"""A merge is taken back, at any later time and in any order: both people are as they were, later work stays."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.db import connection, models, transaction

from khoi.custom import services as custom
from khoi.custom.rules import PREFIX
from khoi.history import services as history
from khoi.history.models import KINDS, Act, Change, code_of
from khoi.history.queries import parts_of
from khoi.history.queries.lives import chunks
from khoi.history.queries.plans import Plan, rows_of
from khoi.history.rules.actors import SYSTEM, Actor
from khoi.kit.db.locks import lock_values
from khoi.people.models import ContactPoint, Person, PersonValue
from khoi.people.queries.pointers import Pointer, pointers, references
from khoi.people.queries.profiles import choosable
from khoi.people.rules.merging import FIELDS, MERGING, REACH, Side
from khoi.people.services.merging import merge_people, move_to_survivors

VALUES: Final = custom.Parted(PersonValue, "person_id", MERGING)
#: The verb of the act that follows an undo whose rows came back to somebody who is merged by now.
GATHERING: Final = "gather_strays"


@dataclass(frozen=True, slots=True)
class Unmerged:
    """``undone`` says what was taken back and of which later acts something stays with the survivor (``undone.stays``):
    values, or rows that they made. ``again``: later merges of the same people, made anew without the one that is gone.
    """

    undone: history.Undone
    again: tuple[int, ...] = ()


def unmerge_people(
    act: Act,
    *,
    by: Actor,
    now: datetime,
    with_dependents: bool = False,
    agreed: Collection[int] | None = None,
    allow: Callable[[Collection[int]], None] | None = None,
    alone: bool = False,
) -> Unmerged:
    """Take a merge back, and with the first of many that were merged together all of them; what somebody changed since
    stays where it was changed. ``alone``: the others are made anew.

    Rows made since stay with the survivor, unless they hang on a lead or deal that goes back. A value of one's own that
    came with the loser and was changed since is parted (see ``custom.services.parting``). A later merge of the
    same people would hold rows that are not its own: it is taken back too and made anew, in the same transaction. What
    was deleted at the merge and was brought to the survivor when it came back is the loser's again.
    Of people who were deleted nothing is left to part: ``with_dependents`` takes the deletion back, too. Of many, those
    in which somebody was erased since stay.
    Raises ``history.Refused`` (nothing was changed); ``agreed`` and ``allow`` as in ``undo_act``.
    """
    with history.turn(), transaction.atomic():
        lock_values(connection, ["khoi.merge"])
        merges, kept = ([act], []) if alone else _together(act)
        for part in chunks(_people_of(*merges)):  # whoever writes waits
            list(Person.objects.select_for_update().filter(pk__in=part).order_by("pk"))
        takers = _takers(merges)
        if takers and not (with_dependents and (agreed is None or takers <= set(agreed))):
            raise history.Refused("dependents", takers)
        later = _later_merges(merges)
        gathered = _gathered_since([*merges, *later])
        undone = history.undo_act(
            merges[0],
            by=by,
            now=now,
            with_dependents=True,
            allow=None if allow is None else lambda acts: allow(set(acts) - gathered),
            along=[*(one.pk for one in [*merges, *later]), *takers, *gathered],
            without={one.pk for one in kept},
            lenience=history.Lenience(_not_merges, _mended),
        )
        parted = custom.part_values(undone.act, of=VALUES, now=now)
        again = _made_anew(later, by, now)
        _follow_leads(merges, now=now)
        gather_strays(undone.act, now=now)
        stays = tuple(sorted({*undone.stays, *parted, *_left_behind(merges, undone.undone)}))
        undone = replace(
            undone, stays=stays, erased=undone.erased + sum(map(len, rows_of(one.pk for one in kept).values()))
        )
    return Unmerged(undone, tuple(again))


def _together(act: Act) -> tuple[list[Act], list[Act]]:
    """The merge and those that go on with it, as far as they stand, in order; and those that nobody can take back,
    because one of the two was erased."""
    merges = [act, *Act.objects.filter(pk__in=parts_of([act.pk])).order_by("position")]
    erased: set[int] = set()
    for part in chunks(_people_of(*merges)):
        erased |= set(Person.objects.filter(pk__in=part, erased_at__isnull=False).values_list("pk", flat=True))
    going = [one for one in merges if not _people_of(one) & erased]
    return (going, [one for one in merges if one not in going]) if going else ([act], [])


def _takers(merges: Collection[Act]) -> set[int]:
    """The acts that took the two of a standing merge out, if they are there no more."""
    standing = set(Act.objects.filter(pk__in=[one.pk for one in merges], undone_by=None).values_list("pk", flat=True))
    people = _people_of(*(one for one in merges if one.pk in standing))
    for part in chunks(set(people)):
        people -= set(Person.objects.filter(pk__in=part).values_list("pk", flat=True))
    taken = Change.objects.filter(tbl=code_of(Person), row_id__in=people, op="d").order_by("id")
    return set(dict(taken.values_list("row_id", "act_id")).values())


def _later_merges(merges: Sequence[Act]) -> list[Act]:
    """Standing merges after these that have to do with the same people, directly or through each other; with the first
    of many that were merged together come all of those."""
    people = _people_of(*merges)
    taken = {one.pk for one in merges}
    found: list[Act] = []
    standing = Act.objects.effective().filter(verb=MERGING, position__gt=min(one.position or 0 for one in merges))
    for one in standing.order_by("position"):
        if one.pk not in taken and (one.part_of_id in taken or people & _people_of(one)):
            people |= _people_of(one)
            taken.add(one.pk)
            found.append(one)
    return found


def _gathered_since(merges: Sequence[Act]) -> set[int]:
    """What brought rows to the survivors of these merges that came back to one of their people: it follows from the
    merge, whoever asked for the rows."""
    since = Act.objects.effective().filter(verb=GATHERING, position__gt=min(one.position or 0 for one in merges))
    if not since.exists():
        return set()
    people = _people_of(*merges)
    found: set[int] = set()
    for part in chunks(set(people)):
        people |= set(Person.objects.filter(merged_into__in=part).values_list("pk", flat=True))
    for part in chunks(people):
        found |= set(Change.objects.filter(subject_id__in=part, act__in=since).values_list("act", flat=True).distinct())
    return found


def _people_of(*merges: Act) -> set[int]:
    found = (json.loads(one.why) for one in merges)
    return {why[side] for why in found if "loser" in why for side in ("survivor", "loser")}


def _not_merges(acts: Collection[int]) -> Collection[int]:
    return set(acts) - set(Act.objects.filter(pk__in=acts, verb=MERGING).values_list("pk", flat=True))


def _made_anew(merges: Sequence[Act], by: Actor, now: datetime) -> list[int]:
    """The same merges again; those that belonged together still do."""
    found: list[int] = []
    again: dict[int, Act] = {}
    going = {one.pk for one in merges}
    for one in merges:
        first = one.part_of_id or one.pk
        whole = again.get(first) or (one.part_of if first not in going else None)
        made = _once_more(one, by, now, whole)
        if made is not None:
            again.setdefault(first, made)
            found.append(made.pk)
    return found


def _once_more(merge: Act, by: Actor, now: datetime, whole: Act | None) -> Act | None:
    """The same merge between the same two; what was changed on the survivor since then is chosen for good."""
    why = json.loads(merge.why)
    people = Person.objects.in_bulk([why["survivor"], why["loser"]])
    if len(people) < 2:
        return None
    wanted: dict[str, Side] = {**why["choices"], **dict.fromkeys(_edited_since(merge, why["survivor"]), "survivor")}
    kept = {*choosable()} - _own_edited_since(merge, why["survivor"])
    choices = {name: side for name, side in wanted.items() if name in kept}
    survivor, loser = people[why["survivor"]], people[why["loser"]]
    made = merge_people(survivor, loser=loser, choices=choices, part_of=whole, by=by, now=now)
    return None if made.already else made.act


def _edited_since(merge: Act, person: int) -> set[str]:
    """The fields of the survivor that standing acts, no merges, have changed since."""
    found: set[str] = set()
    for change in _edits_since(merge, person).filter(op="u", tbl__in=[code_of(Person), code_of(ContactPoint)]):
        columns = json.loads(change.before or "{}").keys() | json.loads(change.personal or "{}").keys()
        found |= set(REACH) if "is_primary" in columns else columns & set(FIELDS)
    return found


def _own_edited_since(merge: Act, person: int) -> set[str]:
    """Fields of one's own that somebody filled since: what stands there now stays, whoever's row it is in."""
    edits = _edits_since(merge, person).filter(tbl=code_of(PersonValue))
    values = PersonValue.objects.filter(pk__in=edits.values("row_id"))
    return {f"{PREFIX}{key}" for key in values.values_list("field__key", flat=True)}


def _edits_since(merge: Act, person: int) -> "models.QuerySet[Change]":
    """What people and programs, not Khơi itself, changed of the survivor."""
    since = Change.objects.filter(act__position__gt=merge.position, act__undone_by=None, act__is_undo=False)
    return since.exclude(act__verb=MERGING).exclude(act__actor_kind="system").filter(subject_id=person)


# --- a state the rules of the database allow


def _mended(plan: Plan, again: bool) -> Plan:
    """Flags that both people would have twice are lowered on the row that was made or raised later. Asked again,
    only who belongs to whom goes back, and what followed from the merge (stages, owners) stays as it is."""
    goal = {model: dict(rows) for model, rows in plan.goal.items()}
    if PersonValue in goal:
        goal[PersonValue] = custom.without_parted(plan, goal[PersonValue], VALUES)
    if again:
        goal = {model: _identity_only(model, rows, plan.now[model]) for model, rows in goal.items()}
    for pointer in pointers():
        for flag in history.flags_of(pointer):
            _lower_doubles(goal.get(pointer.model, {}), pointer.field.attname, flag)
    return replace(plan, goal=goal)


def _identity_only(
    model: type[models.Model], rows: Mapping[int, Mapping[str, Any] | None], now: Mapping[int, Mapping[str, Any]]
) -> dict[int, Any]:
    of_people = model in {Person} | {one.model for one in pointers() if one.reference.unique}
    if of_people:
        return dict(rows)
    keys = {one.field.column for one in pointers() if one.model is model}
    return {pk: _only(keys, state, now.get(pk)) for pk, state in rows.items()}


def _only(keys: Collection[Any], state: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> Any:
    """What followed stays; what was deleted since comes back whole, or nothing does."""
    if state is None or now is None:
        return state if now is None else now
    return {**now, **{key: state[key] for key in keys}}


def _lower_doubles(rows: dict[int, Any], owner: str, flag: str) -> None:
    """The row that had the flag first keeps it: of two, the one with the smaller id."""
    seen: set[tuple[Any, Any]] = set()
    for pk in sorted(rows):
        state = rows[pk]
        if state is None or not state.get(flag) or state.get("absorbed_into_id") is not None:
            continue
        place = (state[owner], state.get("kind"))
        if place in seen:
            rows[pk] = {**state, flag: False}
        seen.add(place)


# --- a merge that is done again


def merges_in_the_way(plan: Plan) -> set[int]:
    """Later merges of whom somebody would be merged into again, or of others into that somebody: nobody is merged
    into one who is somebody else by now."""
    goal, now = plan.goal.get(Person, {}), plan.now.get(Person, {})
    roots = {pk: state["merged_into_id"] for pk, state in goal.items() if state and state["merged_into_id"]}
    new = {pk: root for pk, root in roots.items() if pk not in now or now[pk]["merged_into_id"] != root}
    if not new:
        return set()
    found = Person.objects.filter(models.Q(pk__in=new.values()) | models.Q(merged_into__in=new))
    beside = found.filter(merged_into__isnull=False).exclude(pk__in=goal).values_list("pk", "merged_into_id")
    tangled = {pk for pk, root in (dict(beside) | roots).items() if pk in new.values() or root in new}
    return _who_merged(tangled, plan.marks)


def _who_merged(people: Collection[int], marks: Mapping[int, int | None]) -> set[int]:
    """The act that merged each of them last, of those that will stand; ``marks``: which come or go."""
    held_back = {act for act, holder in marks.items() if holder is not None}
    stands = models.Q(act__in=Act.objects.effective()) | models.Q(act__in=marks.keys() - held_back, act__is_undo=False)
    merging = Change.objects.filter(stands, tbl=code_of(Person), row_id__in=people, op="u")
    merging = merging.exclude(act__in=held_back).filter(before__contains='"merged_into_id"').order_by("id")
    return set(dict(merging.values_list("row_id", "act_id")).values())


# --- rows that came later


def _follow_leads(merges: Sequence[Act], *, now: datetime) -> None:
    """What came since then, or came back, about a lead or deal that went back goes back with it. An act of its own:
    whatever an undo writes is never counted."""
    whys = {(why["survivor"], why["loser"]): one.position for one in merges for why in [json.loads(one.why)]}
    with history.act("follow_leads", by=SYSTEM, now=now):
        for pointer in pointers():
            if pointer.reference.on_merge != "move" or not hasattr(pointer.model, "lead_id"):
                continue
            for part in chunks({survivor for survivor, _ in whys}):
                _follow(pointer, part, whys)


def _follow(pointer: Pointer, survivors: Sequence[int], pairs: Mapping[tuple[int, int], int | None]) -> None:
    name = pointer.field.name
    strays = pointer.rows(survivors).filter(lead__isnull=False).exclude(lead__person=models.F(name))
    found = {pk: pair for pk, *pair in strays.values_list("pk", name, "lead__person") if tuple(pair) in pairs}
    came = Change.objects.filter(op="i", tbl=code_of(pointer.model), row_id__in=found)
    back: dict[int, set[int]] = defaultdict(set)
    for row, position in came.values_list("row_id", "act__position"):
        survivor, loser = found[row]
        if (position or 0) > (pairs[survivor, loser] or 0):
            back[loser].add(row)
    for loser, rows in back.items():
        pointer.model._base_manager.filter(pk__in=rows).update(**{name: loser})


def _left_behind(merges: Sequence[Act], undone: Collection[int]) -> set[int]:
    """Later standing acts of which a row stays with the survivor: one that hangs on them still, or one that names
    nobody, such as the account of a conversion, and was made along with what went back."""
    since: dict[int, int] = {}
    gone = set(undone)
    for one in reversed(merges):
        since[json.loads(one.why)["survivor"]] = one.position or 0
    standing = Act.objects.effective().filter(position__gt=min(since.values())).exclude(verb=MERGING)
    made = Change.objects.filter(op="i", act__in=standing)
    theirs: dict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    for part in chunks(since):
        rows = made.filter(subject_id__in=part).values_list("act", "act__position", "subject_id", "tbl", "row_id")
        for act, position, subject, table, row in rows:
            if subject is not None and (position or 0) > since[subject] and act not in gone:
                theirs[table][row] = (subject, act)
    found: set[int] = set()
    for pointer in pointers():
        if pointer.reference.on_merge == "move":
            found |= _still_with(pointer, theirs.get(code_of(pointer.model), {}))
    acts = {act for rows in theirs.values() for _, act in rows.values()}
    for part in chunks(acts):
        along = made.filter(act__in=part, subject_id=None, tbl__in=_of_nobody())
        found |= set(along.values_list("act", flat=True))
    return found


def _still_with(pointer: Pointer, rows: Mapping[int, tuple[int, int]]) -> set[int]:
    """``rows``: id → the survivor and the act that made it. The acts of those that hang there."""
    found: set[int] = set()
    for part in chunks(rows):
        held = pointer.model._base_manager.filter(pk__in=part).values_list("pk", pointer.field.attname)
        found |= {rows[pk][1] for pk, person in held if person == rows[pk][0]}
    return found


def _of_nobody() -> list[int]:
    """Tables whose rows can be called after a person without pointing at one."""
    return [code_of(apps.get_model(label)) for label in references().of_others if KINDS[apps.get_model(label)].personal]


def gather_strays(undo: Act, *, now: datetime) -> None:
    """After an undo, in an act of its own: what came back to somebody who is merged by now goes to the survivor."""
    people = set(Change.objects.filter(act=undo).values_list("subject_id", flat=True).distinct())
    models = {one.model: one.field.attname for one in pointers() if one.reference.on_merge == "move"}
    for model, rows in rows_of([undo.pk]).items():
        if model in models:
            people |= set(model._base_manager.filter(pk__in=rows).values_list(models[model], flat=True))
    with history.act(GATHERING, by=SYSTEM, now=now):
        move_to_survivors(one for one in people if one is not None)
