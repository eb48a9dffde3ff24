"""Which pairs are looked at: rows that share something rare. Counted before they are made."""

from __future__ import annotations

from typing import Final

from khoi.duplicates.queries.engine import Engine
from khoi.duplicates.rules.blocks import EACH, MOST_HOLDERS, largest_block, parts_kept

_PARTS: Final = """
create table part as
with value as (select unique_id, unnest(bag) as said from record),
every_part as (
    select distinct unique_id, said as part from value
    union select distinct unique_id, left(said, 4) from value
    union select distinct unique_id, unnest(string_split(said, ' ')) from value
),
counted as (select unique_id, part, count(*) over (partition by part) as holders from every_part where part <> ''),
ranked as (
    select unique_id, part, row_number() over (partition by unique_id order by holders, part) as place
    from counted where holders > 1
)
select unique_id, hash(part) as part from ranked where place <= ?
"""
_KEYS: Final = """
create table every_key as
select unique_id, part as shared from part
union all
select one.unique_id, hash(one.part, other.part)
from part one join part other on one.unique_id = other.unique_id and one.part < other.part
"""
_SHARED: Final = """
create table block as
select shared, count(*) as holders from every_key group by shared having count(*) between 2 and ?
"""
_PAIRS: Final = """
create table pair as
with held as (select unique_id, shared from every_key join block using (shared) where holders <= ?)
select distinct '0' as match_key, one.unique_id as join_key_l, other.unique_id as join_key_r
from held one join held other on one.shared = other.shared and one.unique_id < other.unique_id
"""


def block_by_parts(engine: Engine) -> int:
    """Table ``pair`` of those in ``record`` who share a value, its beginning or a word, or two of these, with few
    others, whatever column it stands in. Returns how many pairs there are."""
    rows = engine.number("select count(*) from record")
    engine.ask(_PARTS, [parts_kept(rows)])
    engine.ask(_KEYS)
    return pair_up(engine, rows)


def pair_up(engine: Engine, rows: int, *, each: int = EACH) -> int:
    """From ``every_key`` to ``pair``, with blocks no larger than can be afforded."""
    engine.ask(_SHARED, [MOST_HOLDERS])
    sizes = dict(engine.ask("select holders, count(*) from block group by holders"))
    engine.ask(_PAIRS, [largest_block(sizes, rows, each=each)])
    for table in ("drop table every_key", "drop table block"):
        engine.ask(table)
    return engine.number("select count(*) from pair")
