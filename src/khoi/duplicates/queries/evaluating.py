"""A file whose rows are known: how many of those who are one are found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from khoi.capture.queries.import_files import of_table
from khoi.duplicates.queries.blocking import block_by_parts
from khoi.duplicates.queries.engine import Engine, opened
from khoi.duplicates.queries.weighing import weigh
from khoi.duplicates.queries.witnesses import Witnesses
from khoi.duplicates.rules.certainty import is_certain
from khoi.duplicates.rules.columns import Kind, is_name, kind_of, tells_apart, tidy
from khoi.duplicates.rules.levels import comparison_of
from khoi.duplicates.rules.quality import Quality, judge
from khoi.kit.refusals import Refusal
from khoi.kit.tabular import TableRefused, read_table

#: So many values tell what a column holds.
_LOOKED_AT: Final = 2_000
#: The columns to train on: few, those on which some pairs agree, but the fewest.
_ROUNDS: Final = 4
_FEWEST: Final = 10


def evaluate(path: Path, *, truth: str, regex: str = "", columns: Sequence[str] = (), certain: bool = False) -> Quality:
    """``truth``: the column that says who each row is, as far as ``regex`` finds it there (its first group, if it has
    one). ``columns``: those that are compared, all others otherwise. ``certain``: only the pairs that
    would be merged without a look count as found. The truth is looked at when all is found.

    Raises ``Refusal`` for a column that is not there, or when nothing can be compared, or the file is no table.
    """
    pattern = _pattern(regex)
    headings, rows = _read(path)
    who = [_who(row[_place(headings, truth)], pattern) for row in rows]
    named = columns or [name for name in headings if name != truth]
    each = [[row[_place(headings, name)] for row in rows] for name in named]
    return judge(_pairs(named, each, len(rows), certain), who)


def _pattern(regex: str) -> re.Pattern[str] | None:
    try:
        return re.compile(regex) if regex else None
    except re.error as fault:
        raise Refusal("not_a_pattern", "truth_regex", value=regex) from fault


def _read(path: Path) -> tuple[list[str], list[tuple[str, ...]]]:
    try:
        table = read_table(path, path.name)
        return [heading.strip() for heading in table.headings], [row.cells for row in table.rows if row.usable]
    except TableRefused as refused:
        raise of_table(refused) from refused


def _place(headings: Sequence[str], name: str) -> int:
    try:
        return headings.index(name.strip())
    except ValueError:
        raise Refusal("unknown_column", "columns", value=name, known=", ".join(headings)) from None


def _who(value: str, pattern: re.Pattern[str] | None) -> str:
    found = pattern.search(value) if pattern else None
    if pattern is None:
        return value.strip()
    return (found[1] if pattern.groups else found[0]) or "" if found else ""


def _pairs(names: Sequence[str], each: Sequence[Sequence[str]], rows: int, certain: bool) -> list[tuple[int, int]]:
    kinds: dict[str, Kind] = {}
    written: list[Sequence[str]] = []
    tidied: dict[str, list[str]] = {}
    for name, values in zip(names, each, strict=True):
        kind = kind_of(name, values[:_LOOKED_AT])
        told = [tidy(kind, value) for value in values]
        if tells_apart(told):
            column = f"c{len(kinds)}"
            kinds[column], tidied[column] = kind, told
            if kind == "name" or is_name(name):
                written.append(values)
    if not kinds:
        raise Refusal("nothing_to_compare", "columns")
    with opened() as engine:
        engine.hold("given", {"unique_id": range(rows), **_held(tidied), "bag": _bags(tidied, rows)})
        engine.ask("create table record as select * from given")
        engine.let_go("given")
        block_by_parts(engine)
        comparisons = [comparison_of(column, kind) for column, kind in kinds.items()]
        found = weigh(engine, comparisons, rounds=_agreeing(engine, list(kinds)))
        pairs = sorted(found.select("unique_id_l, unique_id_r, match_probability").fetchall())
    if certain:
        witnesses = Witnesses(kinds, tidied, [" ".join(cells) for cells in zip(*written, strict=True)])
        pairs = [pair for pair in pairs if is_certain(witnesses.of(*pair))]
    return [(one, other) for one, other, _ in pairs]


def _agreeing(engine: Engine, columns: Sequence[str]) -> list[str]:
    counted = []
    for column in columns:
        relation = engine.duck.table("record").filter(f"{column} is not null")
        sizes = relation.aggregate(f"{column}, count(*) as n").aggregate("sum(n * (n - 1) / 2) as pairs")
        pairs = sizes.fetchall()[0][0] or 0
        if pairs >= _FEWEST:
            counted.append((pairs, column))
    return [column for _, column in sorted(counted)[:_ROUNDS]]


def _held(tidied: dict[str, list[str]]) -> dict[str, list[str | None]]:
    return {column: [value or None for value in values] for column, values in tidied.items()}


def _bags(tidied: dict[str, list[str]], rows: int) -> list[list[str]]:
    """Row by row, everything that stands there, whatever the column."""
    return [[values[at] for values in tidied.values() if values[at]] for at in range(rows)]
