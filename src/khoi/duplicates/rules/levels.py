"""How alike two values of a kind are, from the same to not at all: the levels a model is trained on.

Conditions in DuckDB's SQL; ``{l}`` and ``{r}`` are the two columns. Functions of text stop early with a third
argument, so that a value that is nothing like the other costs next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from khoi.duplicates.rules.columns import Kind

__all__ = ["LEVELS", "Level"]


@dataclass(frozen=True, slots=True)
class Level:
    """``condition`` holds for two values that stand on this level and on none before it."""

    name: str
    condition: str


#: The value stands in another column of the other row: given name and surname, or lines of an address, were swapped.
_ELSEWHERE: Final = Level("elsewhere", "list_contains(bag_r, {l}) or list_contains(bag_l, {r})")
_ONE_OFF: Final = Level("one sign off", "abs(length({l}) - length({r})) <= 1 and damerau_levenshtein({l}, {r}) <= 1")


def _alike(least: float) -> Level:
    return Level(f"alike {least}", f"jaro_winkler_similarity({{l}}, {{r}}, {least}) >= {least}")


#: Between the same, which comes first and counts rare values higher, and nothing alike, which comes last.
LEVELS: Final[dict[Kind, tuple[Level, ...]]] = {
    "text": (_alike(0.92), _alike(0.85), _ELSEWHERE, _alike(0.75)),
    "name": (
        _alike(0.95),
        Level(
            "words left out",
            "list_has_all(string_split({l}, ' '), string_split({r}, ' ')) "
            "or list_has_all(string_split({r}, ' '), string_split({l}, ' '))",
        ),
        _alike(0.88),
        _alike(0.75),
    ),
    "number": (_ONE_OFF, _ELSEWHERE),
    "date": (
        Level(
            "one sign off or day and month swapped",
            "damerau_levenshtein({l}, {r}) <= 1 or "
            "{l} = concat(substr({r}, 1, 4), substr({r}, 7, 2), substr({r}, 5, 2))",
        ),
        Level("two signs off", "damerau_levenshtein({l}, {r}) <= 2"),
    ),
    "email": (
        _alike(0.95),
        Level("same before the @", "split_part({l}, '@', 1) = split_part({r}, '@', 1)"),
        _alike(0.88),
    ),
    "phone": (
        Level("same last eight digits", "length({l}) >= 8 and length({r}) >= 8 and right({l}, 8) = right({r}, 8)"),
        _ONE_OFF,
    ),
}
