"""Two people change one record: what goes together and what does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Clash:
    """One field changed by both: what I want, what stands there now, and what we both started from."""

    mine: Any
    theirs: Any
    base: Any


def clashes(mine: Mapping[str, Any], theirs: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Clash]:
    """Field → clash. ``base`` holds the fields changed since my version, with their values of then.

    No clash where I ask for what stands there already. Fields I do not name, and fields nobody else touched,
    go together.
    """
    both = mine.keys() & base.keys()
    return {name: Clash(mine[name], theirs[name], base[name]) for name in sorted(both) if mine[name] != theirs[name]}


def really_mine(mine: Mapping[str, Any], base: Mapping[str, Any]) -> frozenset[str]:
    """The fields I mean to change: not those that only repeat what stood there when I looked, because a form
    sends all it shows."""
    return frozenset(name for name, value in mine.items() if name not in base or value != base[name])
