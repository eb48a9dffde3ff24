"""What is drawn, worked out without a page: places of the rail, initials, the geometry of small charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class NavItem:
    """One place of the rail. `later` items stand behind "More" on a phone, whose bar holds four places."""

    label: str
    url: str
    icon: str
    current: bool = False
    count: int | None = None
    later: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class StreamStep:
    """One width of a funnel: how many came here, and, as shown, what share went on and after how long."""

    label: str
    count: int
    shown: str
    rate: str = ""
    wait: str = ""
    url: str = ""


STAGE_LEVELS: Final = {
    "suspect": 0,
    "lead": 1,
    "prospect": 2,
    "mql": 3,
    "sal": 4,
    "sql": 5,
    "opportunity": 6,
    "customer": 7,
}


def initials(name: str, *, company: bool = False) -> str:
    """Two letters for a round or square sign.

    A person's are of the first and the last word (Trần Thu An: TA); a company's of the last two words, because the
    first ones say what kind of company it is (Công ty Bao bì Lá Sen: LS).
    """
    words = [word for word in name.split() if word[:1].isalnum()]
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][:1].upper()
    first = words[-2] if company else words[0]
    return (first[:1] + words[-1][:1]).upper()


@dataclass(frozen=True, slots=True)
class Spark:
    """Paths of a sparkline in a box of `width` by `height` units, and whether it ends no lower than it began."""

    width: int
    height: int
    line: str
    area: str
    x: float
    y: float
    rising: bool


def spark(points: Sequence[float], *, width: int = 52, height: int = 18) -> Spark | None:
    """The line through `points`, oldest first, evenly spaced; None for fewer than two, which make no line."""
    if len(points) < 2:
        return None
    low, high = min(points), max(points)
    step = (width - 3) / (len(points) - 1)
    places = [(1 + i * step, _height(p, low, high, height)) for i, p in enumerate(points)]
    line = "M" + "L".join(f"{round(x, 1):g} {round(y, 1):g}" for x, y in places)
    last_x, last_y = places[-1]
    return Spark(
        width, height, line, f"{line}V{height}H1z", round(last_x, 1), round(last_y, 1), points[-1] >= points[0]
    )


def _height(point: float, low: float, high: float, height: int) -> float:
    """3 units below the top for the highest, 3 above the bottom for the lowest; a flat line runs in the middle."""
    if high == low:
        return height / 2
    return (height - 3) - (point - low) / (high - low) * (height - 6)


@dataclass(frozen=True, slots=True)
class StreamPart:
    """A step as drawn: where its words stand and the outline of the passage that leads on from it."""

    step: StreamStep
    x: float
    mid: float
    passage: str
    pinched: bool


@dataclass(frozen=True, slots=True)
class Stream:
    """A funnel as water that narrows: one outline, and its steps from left to right."""

    width: int
    height: int
    body: str
    parts: tuple[StreamPart, ...]


def stream(
    steps: Sequence[StreamStep], *, pinch: int | None = None, width: int = 1240, height: int = 240
) -> Stream | None:
    """Draws `steps`; the width of the water is the count. `pinch` is the index of the step whose way onward leaks.

    Each step takes a flat stretch, and a curve leads to the next. None for fewer than two steps.
    """
    if len(steps) < 2:
        return None
    top, deep = 44.0, height - 90.0
    pitch = width / (len(steps) - 0.625)
    flat = pitch * 0.375
    most = max(max(s.count for s in steps), 1)
    halves = [max(deep * s.count / most / 2, 1.5) for s in steps]
    middle = top + deep / 2
    upper, lower = _banks(halves, middle, pitch, flat)
    body = "M0 " + upper + lower + "z"
    parts = tuple(
        StreamPart(
            step,
            round(i * pitch, 1),
            round(i * pitch + (flat + pitch) / 2, 1),
            _passage(halves, i, middle, pitch, flat) if i + 1 < len(steps) else "",
            pinch == i,
        )
        for i, step in enumerate(steps)
    )
    return Stream(width, height, body, parts)


def _banks(halves: Sequence[float], middle: float, pitch: float, flat: float) -> tuple[str, str]:
    """The upper bank from left to right and the lower one back."""
    upper, lower = f"{middle - halves[0]:.1f}", ""
    for i, half in enumerate(halves):
        start, end, after = i * pitch, i * pitch + flat, (i + 1) * pitch
        upper += f"L{end:.1f} {middle - half:.1f}"
        lower = f"L{end:.1f} {middle + half:.1f}L{start:.1f} {middle + half:.1f}" + lower
        if i + 1 < len(halves):
            narrower = halves[i + 1]
            upper += _curve(end, middle - half, after, middle - narrower)
            lower = _curve(after, middle + narrower, end, middle + half) + lower
    return upper, lower


def _passage(halves: Sequence[float], i: int, middle: float, pitch: float, flat: float) -> str:
    """The closed outline between step `i` and the next."""
    start, end = i * pitch + flat, (i + 1) * pitch
    here, there = halves[i], halves[i + 1]
    return (
        f"M{start:.1f} {middle - here:.1f}"
        + _curve(start, middle - here, end, middle - there)
        + f"L{end:.1f} {middle + there:.1f}"
        + _curve(end, middle + there, start, middle + here)
        + "z"
    )


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    """An S that leaves and arrives level."""
    bend = (x + to_x) / 2
    return f"C{bend:.1f} {y:.1f} {bend:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
