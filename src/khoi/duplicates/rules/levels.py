"""How alike two values are, from the same to not at all: the levels a model is trained on.

Conditions in DuckDB's SQL; ``{l}`` and ``{r}`` are the two columns. Functions of text stop early with a third
argument, so that a value that is nothing like the other costs next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from khoi.duplicates.rules.columns import Kind
from khoi.people.rules.likeness import REASONS

__all__ = ["OF_PEOPLE", "Comparison", "Level", "chance_of_sharing", "comparison_of"]


@dataclass(frozen=True, slots=True)
class Level:
    """``condition`` holds for two values that stand on this level and on none before it. ``usual``: how often two
    rows of one person stand on it; where none is said, and where enough is there to learn from, it is learnt."""

    name: str
    condition: str
    usual: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """``levels``: the same first; nothing alike comes by itself, last, as usual as ``otherwise``. ``rare``: the column
    of whose values the rare ones count more on the first level; "" for none. ``telling``, of a way to
    reach somebody: how likely two who share it are one, whatever else; 0 for other columns. What is said of it is
    never learnt, for too few pairs may be there."""

    column: str
    levels: tuple[Level, ...]
    otherwise: float | None = None
    rare: str = ""
    telling: float = 0.0


#: The value stands in another column of the other row: given name and surname, or lines of an address, were swapped.
_ELSEWHERE: Final = Level("elsewhere", "list_contains(bag_r, {l}) or list_contains(bag_l, {r})")
_ONE_OFF: Final = Level("one sign off", "abs(length({l}) - length({r})) <= 1 and damerau_levenshtein({l}, {r}) <= 1")
_WORDS_LEFT_OUT: Final = Level(
    "words left out",
    "list_has_all(string_split({l}, ' '), string_split({r}, ' ')) "
    "or list_has_all(string_split({r}, ' '), string_split({l}, ' '))",
)
_SHARED: Final = "list_has_any({l}, {r})"


def _alike(least: float) -> Level:
    return Level(f"alike {least}", f"jaro_winkler_similarity({{l}}, {{r}}, {least}) >= {least}")


#: Between the same, which comes first and counts rare values higher, and nothing alike, which comes last.
_LEVELS: Final[dict[Kind, tuple[Level, ...]]] = {
    "text": (_alike(0.92), _alike(0.85), _ELSEWHERE, _alike(0.75)),
    "name": (_alike(0.95), _WORDS_LEFT_OUT, _alike(0.88), _alike(0.75)),
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


def comparison_of(column: str, kind: Kind) -> Comparison:
    return Comparison(column, (Level("same", "{l} = {r}"), *_LEVELS[kind]), rare=column)


def chance_of_sharing(comparison: Comparison, *, prior: float) -> float:
    """How often two people who are not one share such an address: as often as makes whoever shares one, and of whom
    nothing else is known, one person as likely as it is said. ``prior``: how likely any two are one."""
    usual = comparison.levels[0].usual or 1.0
    return prior * usual * (1 - comparison.telling) / comparison.telling


def _worth(usual: float, level: Level) -> Level:
    return Level(level.name, level.condition, usual)


#: Of the people of a workspace, in the form of their match keys; emails and phones are lists of all they have.
OF_PEOPLE: Final = (
    Comparison(
        "name",
        (
            Level("same", "{l} = {r}", 0.6),
            _worth(0.2, _alike(0.95)),
            _worth(0.1, _WORDS_LEFT_OUT),
            _worth(0.06, _alike(0.88)),
        ),
        otherwise=0.04,
        rare="name",
    ),
    Comparison(
        "emails",
        (
            Level("same", _SHARED, 0.5),
            Level("alike", "jaro_winkler_similarity({l}[1], {r}[1], 0.95) >= 0.95", 0.1),
        ),
        otherwise=0.4,
        telling=REASONS["same_email"] / 100,
    ),
    Comparison("phones", (Level("same", _SHARED, 0.6),), otherwise=0.4, telling=REASONS["same_phone"] / 100),
    Comparison(
        "company",
        (
            Level("same", "{l} = {r}", 0.6),
            Level("one of several", "list_has_any(companies_l, companies_r)", 0.05),
        ),
        otherwise=0.35,
        rare="company",
    ),
    Comparison("regions", (Level("same", _SHARED, 0.7),), otherwise=0.3),
)
