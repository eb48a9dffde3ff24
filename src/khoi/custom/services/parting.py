"""Values of one's own that several records had a part in, when a merge is taken back: everybody keeps theirs. Of
people or accounts; who it is about is called they here."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from khoi.custom.models import CustomValue
from khoi.custom.services.filling import COLUMNS
from khoi.history import services as history
from khoi.history.models import Act, Change, code_of
from khoi.history.queries.coverage import coverage
from khoi.history.queries.images import image, values_of
from khoi.history.queries.lives import steps_of
from khoi.history.queries.plans import Goal, Plan
from khoi.history.rules.actors import SYSTEM
from khoi.history.rules.rows import Step, state_counting
from khoi.kit.db.writing import insert_rows

PARTING: Final = "part_values"

Said = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parted:
    """A table of values whose records merge. ``owner``: the column of who has it, ``merging``: the verb of a merge."""

    model: type[CustomValue]
    owner: str
    merging: str

    def owner_of(self, row: Any) -> int:
        return int(getattr(row, self.owner))

    @property
    def placed(self) -> tuple[str, str]:
        """Where a value belongs."""
        return (self.owner, "absorbed_into_id")


@dataclass(frozen=True, slots=True)
class _Told:
    """A row that went back to whom it came from: ``then``, what would stand there had nobody put anything since it left
    them; ``put``: owner → the value that was put there for them, by these ``acts``."""

    row: Any
    then: Said
    put: dict[int, Said] = field(default_factory=dict)
    acts: set[int] = field(default_factory=set)


def part_values(undo: Act, *, of: Parted, now: datetime) -> set[int]:
    """A value that came with a loser, was changed on the survivor, and went back with the loser by ``undo``: the loser
    has the value of the merge again, whoever it was changed for keeps what was put there. An act of its own, for
    whatever an undo writes is never counted. Returns the acts whose values stay where they were put."""
    moved = Change.objects.filter(act=undo, tbl=code_of(of.model), op="u").values_list("row_id", "before")
    back = {row for row, before in moved if of.owner in image(before, None)}
    stands = coverage()
    steps = steps_of(of.model, back, lambda act, op: stands.counts(act))
    edits = _edits({step.act_id for theirs in steps.values() for step in theirs}, of)
    rows = of.model._default_manager.filter(pk__in=back)
    told = [_told(row, steps[row.pk], edits, of) for row in rows]
    changed = [one for one in told if _said(one.row) != one.then]
    new = _wanting(
        [
            of.model(**{of.owner: owner}, field_id=one.row.field_id, slot=one.row.slot, **said)
            for one in changed
            for owner, said in one.put.items()
            if any(value is not None for value in said.values())
        ],
        of,
    )
    acts = {act for one in changed for act in one.acts}
    with history.act(PARTING, by=SYSTEM, now=now, why={"undo": undo.pk, "acts": sorted(acts)}):
        for one in changed:
            _give_back(one, of)
        insert_rows(new)
    return acts


def _give_back(told: _Told, of: Parted) -> None:
    """The value of then, written while the row is with whom the value of now belongs to: so the history keeps that one
    among theirs, and an erasure finds it. Meanwhile the row stands behind itself: they may have one of their own."""
    rows, back = of.model._base_manager.filter(pk=told.row.pk), of.owner_of(told.row)
    rows.update(**{of.owner: next(iter(told.put)), "absorbed_into": told.row.pk})
    rows.update(**told.then)
    rows.update(**{of.owner: back, "absorbed_into": told.row.absorbed_into_id})


def parted_by(undo: Act) -> set[int]:
    """What followed from this taking back: whoever does the merge again takes it back, too."""
    followed = Act.objects.effective().filter(verb=PARTING, position__gt=undo.position) if undo.is_undo else ()
    return {act.pk for act in followed if json.loads(act.why)["undo"] == undo.pk}


def without_parted(plan: Plan, rows: Goal, of: Parted) -> Goal:
    """The values that rows will have, where some were parted: as if what was put there for others had never been. Where
    a row belongs was never decided by parting, which only lays it aside for a moment."""
    parting = Change.objects.filter(tbl=code_of(of.model), row_id__in=rows, op="u", act__verb=PARTING)
    parting = parting.filter(act__in=Act.objects.effective())
    parted: dict[int, set[int]] = defaultdict(set)
    left_out: dict[int, set[int]] = defaultdict(set)
    for row, act, why in parting.values_list("row_id", "act", "act__why"):
        parted[row].add(act)
        left_out[row] |= {act, *json.loads(why)["acts"]}
    stands = coverage()

    def counts(act: int) -> bool:
        return plan.marks[act] is None if act in plan.marks else stands.counts(act)

    mended = dict(rows)
    for row, steps in steps_of(of.model, left_out, lambda act, op: counts(act)).items():
        state, current = rows[row], plan.now[of.model].get(row)
        said = state_counting(_leaving_out(steps, left_out[row]), current)
        placed = state_counting(_leaving_out(steps, parted[row]), current)
        if state is not None and said is not None and placed is not None:
            values = {name: said[name] for name in COLUMNS}
            mended[row] = {**state, **values, **{name: placed[name] for name in of.placed}}
    return mended


def _leaving_out(steps: Sequence[Step], acts: Collection[int]) -> list[Step]:
    return [replace(step, counted=step.counted and step.act_id not in acts) for step in steps]


def _edits(acts: Collection[int], of: Parted) -> set[int]:
    """Those of these acts that stand and by which somebody put a value."""
    standing = Act.objects.effective().filter(pk__in=acts).exclude(verb__in=[of.merging, PARTING])
    return set(standing.values_list("pk", flat=True))


def _told(row: Any, steps: Sequence[Step], edits: Collection[int], of: Parted) -> _Told:
    """Read backwards from now to where the row last left the one it is with; ``edits``: the acts that count."""
    told = _Told(row, _said(row))
    owner, said = of.owner_of(row), _said(row)
    for step in reversed(steps):
        before = {name: step.before[name] for name in COLUMNS if name in step.before}
        if before and step.act_id in edits and step.op == "u":
            told.put.setdefault(owner, dict(said))
            told.acts.add(step.act_id)
        said |= before
        owner = step.before.get(of.owner, owner)
        if of.owner in step.before and owner == of.owner_of(row):
            break
    if told.acts:
        others = _leaving_out(steps, told.acts)
        told.then.update({name: (state_counting(others, values_of(row)) or {})[name] for name in COLUMNS})
    return told


def _wanting(rows: list[Any], of: Parted) -> list[Any]:
    """Without those whose place is taken: who has a value of their own has that one."""
    owners = {of.owner_of(row) for row in rows}
    there = of.model._base_manager.filter(**{f"{of.owner}__in": owners, "absorbed_into": None})
    taken = set(there.values_list(of.owner, "field_id", "slot"))
    return [row for row in rows if (of.owner_of(row), row.field_id, row.slot) not in taken]


def _said(row: Any) -> Said:
    return {name: getattr(row, name) for name in COLUMNS}
