"""What taking acts back would make of every row, and which later acts stand in the way.

The state of a row is what the standing acts made of it, in order. Taking acts back changes which acts stand;
every row they touched gets the state that follows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import models

from khoi.history.models import KINDS, Change, code_of, model_of
from khoi.history.queries.coverage import Coverage, coverage
from khoi.history.queries.erased import left_by_erasures
from khoi.history.queries.images import image
from khoi.history.queries.keys import Model, keys_of, needs, pointers_to
from khoi.history.queries.lives import CHUNK, READ, Rows, Values, chunks, current_rows, steps_of
from khoi.history.rules.rows import state_counting
from khoi.history.rules.tables import Table
from khoi.kit.db.asking import ask, columns_by

Goal = dict[int, Values | None]

_CHANGES = (
    "select id, act_id, row_id, op, before, personal from history_change "
    "where row_id in ({ids}) and tbl = %s and act_id <> %s order by id"
)
_ROWS = "select distinct tbl, row_id from history_change where act_id in ({ids})"
_TAKEN = "select row_id, act_id from history_change where row_id in ({ids}) and tbl = %s and op = 'd' order by id"


@dataclass(frozen=True, slots=True)
class Plan:
    """``marks``: act id → the undo that will hold it back, or None when it will stand again.

    ``now`` and ``goal``: each touched row as it is and as it shall be (None: absent). ``dependents``: acts
    that built on what would go; of these ``overlapping`` did no more than change the same columns later, and the
    goal already holds what they made. ``stuck``: something no act can be named for needs it. ``erased``: rows that
    stay as they are because of an erasure; they are in neither of both.
    """

    marks: Mapping[int, int | None]
    now: Mapping[Model, Rows]
    goal: Mapping[Model, Goal]
    dependents: frozenset[int]
    overlapping: frozenset[int]
    stuck: bool
    erased: Mapping[Model, frozenset[int]]


#: In the place of a column: the whole row, by insert or delete.
_WHOLE: Final = "*"


@dataclass(frozen=True, slots=True)
class _Touch:
    """``first``: column → the first change of it by one of the acts. ``made``: the row came by one of those that go."""

    first: dict[str, int]
    made: bool = False

    def is_built_on(self, change: int, columns: frozenset[str]) -> bool:
        """Whether that later change is about what these acts did."""
        counts = self.first.keys() if _WHOLE in columns else columns and columns | {_WHOLE}
        return any(change > at for column, at in self.first.items() if column in counts)


def plan_of(acts: Iterable[int], *, undo: int, whole_rows: bool = False) -> Plan:
    """Taking ``acts`` back by the open act ``undo``. ``whole_rows``: a later change of any column counts."""
    named = set(acts)
    before, after = coverage(), coverage(without=named, by=undo)
    old, new = before.held, after.held
    marks = {act: new.get(act) for act in old.keys() | new.keys() if old.get(act) != new.get(act)}
    flipped = {act for act in marks if (act in old) != (act in new)} - after.undos
    touches = _touches(flipped, after, whole_rows=whole_rows)
    now, goal = _states(touches, after)
    erased = _left_out(left_by_erasures(now, goal, flipped), touches, now, goal)
    later = _later_changes(touches, flipped, after)
    unmade = {
        model: {pk for pk, touch in rows.items() if touch.made and goal[model].get(pk) is None}
        | _gone_before(model, now[model], goal[model], named)
        for model, rows in touches.items()
    }
    builders, stuck = _builders(now, goal, unmade, after)
    needed, lost = _needed(now, goal, unmade, {act for act in flipped if after.counts(act)})
    dependents = (later | builders | needed) - named - {undo}
    overlapping = frozenset(dependents - builders - needed)
    return Plan(marks, now, goal, frozenset(dependents), overlapping, stuck or lost, erased)


def _left_out(
    left: Mapping[Model, set[int]],
    touches: Mapping[Model, dict[int, "_Touch"]],
    now: Mapping[Model, Rows],
    goal: Mapping[Model, Goal],
) -> dict[Model, frozenset[int]]:
    """Take these rows out of the plan; those of them that stand, or would come back."""
    found: dict[Model, frozenset[int]] = {}
    for model, rows in left.items():
        found[model] = frozenset(pk for pk in rows if pk in now[model] or goal[model].get(pk) is not None)
        for pk in rows:
            touches[model].pop(pk, None)
            now[model].pop(pk, None)
            goal[model].pop(pk, None)
    return found


def rows_of(acts: Iterable[int]) -> dict[Model, set[int]]:
    """The rows that these acts changed."""
    found: dict[Model, set[int]] = defaultdict(set)
    for chunk in chunks(set(acts)):
        for code, row_id in ask(_ROWS, chunk):
            found[model_of(code)].add(row_id)
    return found


def _touches(acts: set[int], after: Coverage, *, whole_rows: bool) -> dict[Model, dict[int, _Touch]]:
    found: dict[Model, dict[int, _Touch]] = defaultdict(dict)
    done = Change.objects.filter(act_id__in=acts).order_by("id").values_list("tbl", *READ)
    for code, pk, act, row, op, before, personal in done.iterator(chunk_size=CHUNK):
        model = model_of(code)
        touch = found[model].setdefault(row, _Touch({}))
        for column in {_WHOLE} if whole_rows else _columns(KINDS[model], op, before, personal):
            touch.first.setdefault(column, pk)
        if op == "i" and not after.counts(act):
            found[model][row] = replace(touch, made=True)
    return found


def _columns(table: Table, op: str, before: str | None, personal: str | None) -> frozenset[str]:
    """The columns a change is about. The coming of a row that stays by law is about none."""
    if op != "u":
        return frozenset() if table.permanent else frozenset({_WHOLE})
    return frozenset(image(before, personal))


def _states(touches: Mapping[Model, Iterable[int]], after: Coverage) -> tuple[dict[Model, Rows], dict[Model, Goal]]:
    now = {model: current_rows(model, rows) for model, rows in touches.items()}
    return now, {model: _goals(model, rows, now[model], after) for model, rows in touches.items()}


def _goals(model: Model, ids: Iterable[int], now: Rows, after: Coverage) -> Goal:
    """Rows that stay by law are neither taken out nor put back. What comes back repeats what it repeated last."""
    steps = steps_of(model, ids, lambda act, op: after.counts(act))
    goal = {pk: state_counting(steps[pk], now.get(pk)) for pk in ids}
    for pk in goal.keys() - now.keys():
        if (state := goal[pk]) is not None:
            last = steps[pk][-1].before
            goal[pk] = {**state, **{c: last[c] for c in KINDS[model].unrecorded & last.keys()}}
    if KINDS[model].permanent:
        return {pk: state for pk, state in goal.items() if state is not None and pk in now}
    return goal


def _later_changes(touches: Mapping[Model, Mapping[int, _Touch]], acts: set[int], after: Coverage) -> set[int]:
    """Other acts, standing, that later changed what these touched."""
    found: set[int] = set()
    for model, rows in touches.items():
        for pk, act, row, op, before, personal in _changes(model, rows, leaving_out=min(acts, default=0)):
            if act in acts or not after.counts(act):
                continue
            if rows[row].is_built_on(pk, _columns(KINDS[model], op, before, personal)):
                found.add(act)
    return found


def _changes(model: Model, rows: Iterable[int], leaving_out: int = 0) -> Iterator[tuple[Any, ...]]:
    """Changes of these rows, but for those of one act, which may have changed them all."""
    for chunk in chunks(rows):
        yield from ask(_CHANGES, chunk, code_of(model), leaving_out)


def _builders(
    now: Mapping[Model, Rows], goal: Mapping[Model, Goal], unmade: Mapping[Model, set[int]], after: Coverage
) -> tuple[set[int], bool]:
    """Acts that made rows point at rows that would go, and those whose rows would come back pointing at one that does
    not; and whether something else points there too."""
    found: set[int] = set()
    stuck = False
    for model, goals in goal.items():
        goers = [pk for pk, state in goals.items() if state is None and (pk in now[model] or pk in unmade[model])]
        for pointing, field in pointers_to(model):
            rows = set(_pointing(pointing, field, goers, goal)) if needs(pointing, field) else set()
            if not rows:
                continue
            makers = _last_setters(pointing, str(field.column), rows, after) if KINDS[pointing].recorded else {}
            found |= set(makers.values())
            stuck = stuck or bool(rows - makers.keys())
    return found, stuck


def _gone_before(model: Model, now: Rows, goal: Goal, named: set[int]) -> set[int]:
    """Rows that one of the acts that go took out last, and that stay away, because they had been taken out before."""
    away = {pk for pk, state in goal.items() if state is None and pk not in now}
    return {pk for pk, taker in _last_takers(model, away).items() if taker in named}


def _pointing(
    pointing: Model, field: "models.ForeignKey[Any, Any]", goers: list[int], goal: Mapping[Model, Goal]
) -> Iterator[int]:
    """Rows that would point at one of ``goers``, still or again."""
    planned = goal.get(pointing, {})
    going, column = set(goers), str(field.column)
    yield from (pk for pk, state in planned.items() if state is not None and state.get(column) in going)
    for chunk in chunks(goers):
        yield from (pk for (pk,) in columns_by(pointing, field.name, chunk, "pk") if pk not in planned)


def _last_setters(model: Model, column: str, rows: set[int], after: Coverage) -> dict[int, int]:
    """Row id → the standing act that last set the column."""
    last: dict[int, int] = {}
    for _, act, row, op, before, personal in _changes(model, rows):
        if after.counts(act) and (op == "i" or column in image(before, personal)):
            last[row] = act
    return last


def _needed(
    now: Mapping[Model, Rows], goal: Mapping[Model, Goal], unmade: Mapping[Model, set[int]], back: set[int]
) -> tuple[set[int], bool]:
    """Acts that took out what rows would point at again, or what acts that come ``back`` had changed."""
    missing: dict[Model, set[int]] = defaultdict(set)
    for model, goals in goal.items():
        for field in (one for one in keys_of(model) if needs(model, one)):
            column, target = str(field.column), field.related_model
            wanted = {
                s[column] for pk, s in goals.items() if s and s.get(column) and _new(s, now[model].get(pk), column)
            }
            missing[target] |= _absent(target, wanted, goal) - unmade.get(target, set())
    for model, rows in rows_of(back).items():
        missing[model] |= {pk for pk in rows if pk in goal.get(model, {}) and _absent_after(model, pk, goal, back)}
    found: set[int] = set()
    lost = False
    for model, rows in missing.items():
        takers = _last_takers(model, rows)
        found |= set(takers.values())
        lost = lost or bool(rows - takers.keys())
    return found, lost


def _new(state: Values, now: Values | None, column: str) -> bool:
    return now is None or now.get(column) != state[column]


def _absent(model: Model, ids: set[int], goal: Mapping[Model, Goal]) -> set[int]:
    """Those of ``ids`` that no row would have."""
    planned = goal.get(model, {})
    open_ones = {pk for pk in ids if pk not in planned}
    present = {pk for chunk in chunks(open_ones) for (pk,) in columns_by(model, "pk", chunk, "pk")}
    return (open_ones - present) | {pk for pk in ids if pk in planned and planned[pk] is None}


def _absent_after(model: Model, pk: int, goal: Mapping[Model, Goal], back: set[int]) -> bool:
    """A row that an act coming back had made or changed, and that would be missing though the act left it there."""
    if goal[model][pk] is not None:
        return False
    last = (
        Change.objects.filter(tbl=code_of(model), row_id=pk, act_id__in=back)
        .order_by("-id")
        .values_list("op", flat=True)
    )
    return last.first() != "d"


def _last_takers(model: Model, rows: set[int]) -> dict[int, int]:
    """Row id → the act, undo or not, that took the row out last."""
    if model not in KINDS or not KINDS[model].recorded:
        return {}
    last: dict[int, int] = {}
    for chunk in chunks(rows):
        last |= dict(ask(_TAKEN, chunk, code_of(model)))
    return last
