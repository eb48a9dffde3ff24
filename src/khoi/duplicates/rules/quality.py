"""How good a set of found pairs is, held against the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Quality", "judge"]


@dataclass(frozen=True, slots=True)
class Quality:
    """Of the pairs found how many are right, of the right ones how many were found, and the harmonic mean of both."""

    precision: float
    recall: float
    f1: float


def judge(found: Iterable[tuple[int, int]], truth: Sequence[str]) -> Quality:
    """``truth``: who each row is, by its place; "" when nobody knows."""
    pairs = list(found)
    right = sum(truth[one] == truth[other] != "" for one, other in pairs)
    sizes = Counter(one for one in truth if one).values()
    there = sum(size * (size - 1) // 2 for size in sizes)
    precision = right / len(pairs) if pairs else 0.0
    recall = right / there if there else 0.0
    both = precision + recall
    return Quality(precision, recall, 2 * precision * recall / both if both else 0.0)
