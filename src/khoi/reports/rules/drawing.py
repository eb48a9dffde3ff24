"""The geometry of a waterfall: sums at both ends, and what happened in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_TOP: Final = 24.0
_FOOT: Final = 40.0
#: A bar takes this share of its pitch; the rest is the way to the next one.
_WIDE: Final = 0.58


@dataclass(frozen=True, slots=True)
class Column:
    """``value``: the sum for ``kind`` "total", a signed change for "up", "down", "slip" and "won"."""

    kind: str
    label: str
    shown: str
    value: int


@dataclass(frozen=True, slots=True)
class Bar:
    kind: str
    label: str
    shown: str
    x: float
    y: float
    height: float
    middle: float
    says_at: float
    join: str


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    floor: float
    bar_width: float
    bars: tuple[Bar, ...]


def waterfall(columns: Sequence[Column], *, width: int = 600, height: int = 270) -> Drawing:
    """Bars from left to right; each begins where the one before it ended."""
    floor = height - _FOOT
    pitch = width / max(len(columns), 1)
    wide = pitch * _WIDE
    levels = _levels(columns)
    most = max((max(pair) for pair in levels), default=0) or 1
    scale = (floor - _TOP) / most
    bars = []
    for place, (column, (start, end)) in enumerate(zip(columns, levels, strict=True)):
        x = place * pitch + (pitch - wide) / 2
        top, bottom = floor - max(start, end) * scale, floor - min(start, end) * scale
        there = floor - end * scale
        join = f"M{x + wide:.1f} {there:.1f}H{x + pitch:.1f}" if place + 1 < len(columns) else ""
        bars.append(
            Bar(
                column.kind,
                column.label,
                column.shown,
                round(x, 1),
                round(top, 1),
                round(max(bottom - top, 1.0), 1),
                round(x + wide / 2, 1),
                round(top - 6, 1),
                join,
            )
        )
    return Drawing(width, height, round(floor, 1), round(wide, 1), tuple(bars))


def _levels(columns: Sequence[Column]) -> list[tuple[int, int]]:
    """Where each bar starts and ends."""
    found, level = [], 0
    for column in columns:
        start = 0 if column.kind == "total" else level
        level = start + column.value
        found.append((start, level))
    return found
