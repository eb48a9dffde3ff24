"""Rows of people who were erased: an undo goes around them, and around what they cannot do without."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from khoi.history.models import KINDS, Change, code_of
from khoi.history.queries.images import image
from khoi.history.queries.keys import Model, keys_of, needs, pointers_to
from khoi.history.queries.lives import Rows, Values, chunks, current_rows
from khoi.kit.db.asking import ask

#: Acts that the law lets nobody take back, by name: the rooms that do them stand above this one.
FOR_GOOD: Final = frozenset({"erase_person"})

_ANY: Final = "select id from history_act where verb in ({ids}) limit 1"
_PEOPLE: Final = (
    "select row_id from history_change join history_act on history_act.id = act_id "
    "where verb in ({ids}) and tbl = subject_tbl"
)
_WENT: Final = "select row_id, before from history_change where row_id in ({ids}) and tbl = %s and op = 'd' order by id"

Goal = Mapping[Model, Mapping[int, Values | None]]
Now = Mapping[Model, Rows]


def left_by_erasures(now: Now, goal: Goal, acts: Iterable[int]) -> dict[Model, set[int]]:
    """Of the rows of a plan those that stay as they are when ``acts`` come or go: the erased people's own, those an
    erasure took old values out of, and whatever these need or would be needed by."""
    erasures = _Erasures(now, goal, _erased_people())
    if not erasures.people and not ask(_ANY, FOR_GOOD):
        return {}
    erasures.begin(set(acts))
    while erasures.spread():
        pass
    return {model: rows for model, rows in erasures.left.items() if rows}


def _erased_people() -> frozenset[int]:
    return frozenset(row for (row,) in ask(_PEOPLE, FOR_GOOD))


@dataclass(frozen=True, slots=True)
class _Erasures:
    """``left``: rows of erased people, and what stays or stays away for their sake. ``gone``: rows beside the plan that
    an erasure took."""

    now: Now
    goal: Goal
    people: frozenset[int]
    left: dict[Model, set[int]] = field(default_factory=lambda: defaultdict(set))
    gone: dict[Model, set[int]] = field(default_factory=lambda: defaultdict(set))

    def begin(self, acts: Collection[int]) -> None:
        for model, goals in self.goal.items():
            self.left[model] |= self._theirs(model, goals, self.now[model])
            self.left[model] |= self._parts(model) | self._without_values(model, acts)
        for model in self.goal:
            self.left[model] |= self._needed_elsewhere(model)
        self._note_gone()

    def spread(self) -> bool:
        """Once over all rows of the plan; whether more of them have to stay as they are."""
        more = False
        for model, goals in self.goal.items():
            for pk in goals.keys() - self.left[model]:
                if self._misses(model, pk):
                    self.left[model].add(pk)
                    more = True
            for pk in list(self.left[model]):
                for target, row in self._pointed_at(model, self.now[model].get(pk)):
                    if self._goes(target, row):
                        self.left[target].add(row)
                        more = True
        return more

    # --- whose a row is

    def _theirs(self, model: Model, ids: Iterable[int], now: Rows) -> set[int]:
        """Rows that speak of an erased person, last or still, or that an erasure changed."""
        subject, code = KINDS[model].subject, code_of(model)
        found: set[int] = set()
        spoke: dict[int, int | None] = {}
        for chunk in chunks(ids):
            changes = Change.objects.filter(tbl=code, row_id__in=chunk)
            found |= set(changes.filter(act__verb__in=FOR_GOOD).values_list("row_id", flat=True))
            if subject is not None:
                gone = changes.filter(op="d").order_by("id")
                spoke |= dict(gone.values_list("row_id", "subject_id"))
        if subject is not None:
            spoke |= {pk: pk if subject == "id" else now[pk].get(subject) for pk in ids if pk in now}
        return found | {pk for pk, person in spoke.items() if person in self.people}

    def _parts(self, model: Model) -> set[int]:
        """Rows that name no person themselves, of records of an erased person."""
        if KINDS[model].subject is not None:
            return set()
        found: set[int] = set()
        states = {pk: self.now[model].get(pk) or goal for pk, goal in self.goal[model].items()}
        states |= _as_they_went(model, [pk for pk, state in states.items() if state is None])
        for key in (one for one in keys_of(model) if not one.null and one.related_model in KINDS):
            target, column = key.related_model, str(key.column)
            pointed = {pk: state[column] for pk, state in states.items() if state and state.get(column)}
            if pointed and KINDS[target].subject is not None:
                theirs = self._theirs(target, set(pointed.values()), current_rows(target, set(pointed.values())))
                found |= {pk for pk, row in pointed.items() if row in theirs}
        return found

    def _without_values(self, model: Model, acts: Collection[int]) -> set[int]:
        """Rows of which an erasure took values that an undo would need."""
        goals = self.goal[model]
        emptied = Change.objects.filter(tbl=code_of(model), seal__isnull=False, personal=None)
        found = set(emptied.filter(act_id__in=acts).values_list("row_id", flat=True)) & goals.keys()
        absent = [pk for pk, state in goals.items() if state is not None and pk not in self.now[model]]
        for chunk in chunks(absent):
            found |= set(emptied.filter(op="d", row_id__in=chunk).values_list("row_id", flat=True))
        return found

    # --- what an erased person's rows need, and what needs them

    def _pointed_at(self, model: Model, state: Values | None) -> Iterator[tuple[Model, int]]:
        if state is None:
            return
        for key in keys_of(model):
            value = state.get(str(key.column))
            if value is not None and needs(model, key):
                yield key.related_model, value

    def _goes(self, model: Model, pk: int) -> bool:
        goals = self.goal.get(model, {})
        return pk in goals and goals[pk] is None and pk in self.now[model] and pk not in self.left[model]

    def _misses(self, model: Model, pk: int) -> bool:
        """Whether a row would point at one that an erasure took, or that does not come back for its sake."""
        for target, row in self._pointed_at(model, self.goal[model][pk]):
            if row in self.gone.get(target, ()):
                return True
            if row in self.left.get(target, ()) and row not in self.now.get(target, {}):
                return True
        return False

    def _needed_elsewhere(self, model: Model) -> set[int]:
        """Rows that would go, though an erased person's row beside the plan points at them."""
        goers = [pk for pk in self.goal[model] if self._goes(model, pk)]
        found: set[int] = set()
        for pointing, key in pointers_to(model):
            if not KINDS[pointing].recorded or not needs(pointing, key):
                continue
            pairs = {pk: target for pk, target in _pairs(pointing, key, goers) if pk not in self.goal.get(pointing, {})}
            for chunk in chunks(pairs):
                theirs = self._theirs(pointing, chunk, current_rows(pointing, chunk))
                found |= {pairs[pk] for pk in theirs}
        return found

    def _note_gone(self) -> None:
        """Rows beside the plan that its rows would point at, and that an erasure took."""
        wanted: dict[Model, set[int]] = defaultdict(set)
        for model, goals in self.goal.items():
            for state in goals.values():
                for target, row in self._pointed_at(model, state):
                    if target in KINDS and KINDS[target].recorded and row not in self.goal.get(target, {}):
                        wanted[target].add(row)
        for model, rows in wanted.items():
            taken = Change.objects.filter(tbl=code_of(model), op="d", act__verb__in=FOR_GOOD)
            for chunk in chunks(rows):
                self.gone[model] |= set(taken.filter(row_id__in=chunk).values_list("row_id", flat=True))


def _as_they_went(model: Model, ids: Iterable[int]) -> dict[int, Values]:
    """What rows that are gone said last, without personal values."""
    found: dict[int, Values] = {}
    for chunk in chunks(ids):
        found |= {row: dict(image(before, None)) for row, before in ask(_WENT, chunk, code_of(model))}
    return found


def _pairs(pointing: Model, key: Any, targets: Iterable[int]) -> Iterator[tuple[int, int]]:
    for chunk in chunks(targets):
        yield from pointing._base_manager.filter(**{f"{key.name}__in": chunk}).values_list("pk", key.attname)
