"""The life of one row, read backwards from what stands there now.

A change holds the values before it. The value after it is therefore the before of the next change that
touches the column, or the row itself. From that follow undo and as-of with one walk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the row. ``counted``: whether it should be felt in the state asked for."""

    change_id: int
    act_id: int
    op: str
    before: Values
    counted: bool


def state_counting(steps: Sequence[Step], current: Values | None) -> dict[str, Any] | None:
    """The row as if only the counted steps had happened; None when it would not exist.

    ``steps`` in order of time, complete; ``current`` the row as it stands (None when deleted).
    """
    state = dict(current) if current is not None else None
    decided: dict[str, Any] = {}
    exists: bool | None = None
    for step in reversed(steps):
        if step.counted and step.op == "u" and state is not None:
            decided = {c: state[c] for c in step.before if c in state} | decided
        if step.counted and step.op == "d" and exists is None:
            exists = False
        if step.counted and step.op == "i" and state is not None:
            exists = True if exists is None else exists
            decided = dict(state) | decided
        state = before(step, state)
    return decided if exists else None


def before(step: Step, after: Values | None) -> dict[str, Any] | None:
    """The row as it was just before the step."""
    if step.op == "i":
        return None
    if step.op == "d":
        return dict(step.before)
    return {**(after or {}), **step.before}


def rewound(steps: Sequence[Step], current: Values | None) -> dict[str, Any] | None:
    """The row before the first of ``steps`` (the latest ones, in order of time)."""
    state = dict(current) if current is not None else None
    for step in reversed(steps):
        state = before(step, state)
    return state
