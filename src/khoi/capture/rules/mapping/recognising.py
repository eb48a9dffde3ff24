"""Knowing a file by its headings: which system wrote it, what its rows are, and what each column means.

A system is described in a file of the folder ``layouts`` with ``format = 2``: for each kind of row which headings tell
it, and by what it is called, each field. Headings are compared without case, spaces and marks, so "IsConverted", "Is
Converted" and "IS_CONVERTED" are one.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any, Final

from khoi.capture.rules.mapping.fields import FIELDS, LINKS, ORDER
from khoi.capture.rules.mapping.format import Column, External, Mapping
from khoi.capture.rules.mapping.own import FILLED
from khoi.custom.rules import PREFIX
from khoi.kit.fold import words

#: Fields several columns may fill: the first one with anything in it counts.
_SEVERAL: Final = frozenset({"phone", "mobile", "note", "email"})
#: The layout of our own exports.
OURS: Final = "khoi"
#: Rows that become records with fields of one's own.
TAKING_FIELDS: Final = frozenset(rows for rows, objects in FILLED.items() if rows in objects)
#: What a column may become beside a field of its object.
KEY, DROP = "key", "drop"


@dataclass(frozen=True, slots=True)
class Kind:
    """The rows of one kind of a system. ``told_by``: groups of headings, one of which is there as a whole.

    ``targets``: heading → field, ``key``, ``drop`` or the name of a link. ``values``: field → text → what it means.
    ``entered``: heading → the stage it dates; ``entering``: the same for headings with the stage's name inside.
    ``unless``: headings beside which the rows are of another kind.
    """

    rows: str
    told_by: tuple[frozenset[str], ...]
    targets: Table[str, str]
    values: Table[str, Table[str, str]] = field(default_factory=dict)
    entered: Table[str, str] = field(default_factory=dict)
    entering: tuple[str, ...] = ()
    links: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Layout:
    """A system whose files we know. ``kinds``: by what their rows are."""

    name: str
    title: str
    kinds: tuple[Kind, ...]
    dates: str = ""
    names: str = ""
    empty: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recognised:
    """``known`` of the file's headings mean something; ``sure`` in percent of them."""

    layout: Layout
    kind: Kind
    known: int
    sure: int


def squeezed(heading: str) -> str:
    """A heading for comparing."""
    return "".join(words(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading))) or heading.strip().casefold()


def load_layout(text: str) -> Layout:
    """Ours, so a mistake in it is a fault and not a refusal."""
    told = tomllib.loads(text)
    if "stage_move" in told and "opportunity" in told:  # one system has one set of stages
        told["stage_move"].setdefault("values", told["opportunity"].get("values", {}))
    kinds = tuple(_kind(rows, told[rows]) for rows in ORDER if rows in told)
    return Layout(
        told["name"], told["title"], kinds, told.get("dates", ""), told.get("names", ""), tuple(told.get("empty", ()))
    )


def _kind(rows: str, told: dict[str, Any]) -> Kind:
    targets: dict[str, str] = {}
    links = told.get("links", {})
    for target, headings in {**told["columns"], **links}.items():
        if target not in FIELDS[rows] and target not in (KEY, DROP, *LINKS):
            raise ValueError(f"{rows}: unknown field {target}")
        for heading in headings:
            targets.setdefault(squeezed(heading), target)
    return Kind(
        rows,
        tuple(frozenset(map(squeezed, group)) for group in told["told_by"]),
        targets,
        told.get("values", {}),
        {squeezed(heading): stage for stage, headings in told.get("entered", {}).items() for heading in headings},
        tuple(told.get("entering", ())),
        frozenset(links),
        frozenset(map(squeezed, told.get("unless", ()))),
    )


def recognise(layouts: Iterable[Layout], headings: Sequence[str]) -> Recognised | None:
    """The kind that knows the most of the headings, among those whose telling ones are there."""
    present = [squeezed(heading) for heading in headings]
    best: Recognised | None = None
    for layout in layouts:
        for kind in layout.kinds:
            if any(group <= set(present) for group in kind.told_by) and kind.unless.isdisjoint(present):
                known = sum(
                    1 for place, name in enumerate(present) if name in kind.targets or _stage(kind, headings[place])
                )
                if best is None or known > best.known:
                    best = Recognised(layout, kind, known, round(100 * known / len(present)))
    return best


def _stage(kind: Kind, heading: str) -> str:
    """The stage whose beginning the column dates."""
    if (plain := kind.entered.get(squeezed(heading))) is not None:
        return plain
    found = (re.fullmatch(pattern, heading.strip(), re.IGNORECASE) for pattern in kind.entering)
    return next((match["stage"].strip() for match in found if match), "")


def mapping_of(
    found: Recognised,
    headings: Sequence[str],
    *,
    zone: str,
    currency: str,
    dates: str,
    system: str = "",
    title: str = "",
) -> Mapping:
    """What the columns mean. ``system``: whose numbers they are, where the layout is of no system in particular;
    ``title``: what its pipeline is called then."""
    kind, whose = found.kind, (found.layout.name if found.layout.title else system)
    columns: list[Column] = []
    key: External | None = None
    links: dict[str, External] = {}
    taken: set[str] = set()
    for heading in sorted(headings, key=lambda heading: _rank(kind, heading)):
        target, stage = kind.targets.get(squeezed(heading), ""), _stage(kind, heading)
        if found.layout.name == OURS and heading.startswith(PREFIX):
            columns.append(Column(heading, (heading,), otherwise="extra"))
        elif stage:
            columns.append(Column(heading, entered=stage))
        elif target == KEY:
            key = key or External(heading, whose)
        elif target in kind.links:
            links.setdefault(target, External(heading, whose))
        elif target == DROP:
            columns.append(Column(heading, drop=True))
        elif target and (target not in taken or target in _SEVERAL):
            taken.add(target)
            columns.append(_column(kind, heading, target, keeps=found.layout.name != OURS))
    return Mapping(
        found.layout.name,
        kind.rows,
        tuple(columns),
        title=found.layout.title,
        zone=zone,
        dates=dates or found.layout.dates or "dmy",
        language="en" if found.layout.title else "vi",
        currency=currency,
        names=found.layout.names or _order_of_names(headings),
        others="fields" if kind.rows in TAKING_FIELDS and found.layout.name != OURS else "drop",
        anonymous=key is not None and kind.rows == "lead",
        empty=found.layout.empty,
        key=key,
        links=links,
        pipeline="" if found.layout.name == OURS else (found.layout.title or title)[:80],
    )


def _column(kind: Kind, heading: str, target: str, *, keeps: bool) -> Column:
    """``keeps``: what the other system called it stays beside what it means here."""
    values = kind.values.get(target, {})
    if FIELDS[kind.rows][target].kind == "choice":
        return Column(heading, (target,), extra=heading if keeps else "", values=values, otherwise="extra")
    return Column(heading, (target,), values=values)


def _rank(kind: Kind, heading: str) -> int:
    """Of several columns for one field the one that is called so first in the layout comes first."""
    names, name = list(kind.targets), squeezed(heading)
    return names.index(name) if name in kind.targets else len(names)


def _order_of_names(headings: Sequence[str]) -> str:
    vietnamese = {"ho", "holot", "tendem", "hovatendem"}
    return "family_first" if vietnamese & {squeezed(heading) for heading in headings} else "given_first"
