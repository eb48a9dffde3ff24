"""Several people are one: whose record the others join."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

__all__ = ["Candidate", "in_order"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """``hanging``: how many leads, deals, roles and doings hang on the person; ``filled``: how many fields and
    addresses say something."""

    person: int
    hanging: int
    filled: int
    since: datetime


def in_order(candidates: Iterable[Candidate]) -> list[int]:
    """Who stays comes first: on whom most hangs, so that least is moved; of those of whom most is known, and of those
    who has been known longest."""
    ordered = sorted(candidates, key=lambda one: (-one.hanging, -one.filled, one.since, one.person))
    return [one.person for one in ordered]
