"""How many pairs are worth a look: every key many rows share makes as many pairs as their square."""

from __future__ import annotations

from collections.abc import Mapping
from math import isqrt
from typing import Final

__all__ = ["EACH", "MOST_HOLDERS", "largest_block", "parts_kept"]

#: A key that more rows than this share tells nobody apart.
MOST_HOLDERS: Final = 40
#: Rows may be compared with so many others each, on average, but a small file always so often in all.
EACH: Final = 60
_ALWAYS: Final = 1_000_000
#: Parts of values are put together by twos; so many of these keys are held at once.
_KEYS: Final = 30_000_000


def largest_block(blocks: Mapping[int, int], rows: int, *, each: int = EACH) -> int:
    """``blocks``: size → how many keys are shared by so many rows. The largest size whose pairs can be afforded
    together with those of all smaller ones, ``each`` for a row on average; 1 when none can."""
    left = max(_ALWAYS, each * rows)
    largest = 1
    for size in sorted(size for size in blocks if 2 <= size <= MOST_HOLDERS):
        left -= blocks[size] * size * (size - 1) // 2
        if left < 0:
            return largest
        largest = size
    return largest


def parts_kept(rows: int) -> int:
    """Of each row the rarest so many parts go into keys."""
    return max(6, min(24, isqrt(2 * _KEYS // max(1, rows))))
