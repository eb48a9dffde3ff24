"""Everybody of the workspace, by the keys they are recognised by; and who of them may be one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import Max

from khoi.duplicates.queries.blocking import pair_up
from khoi.duplicates.queries.engine import Engine, opened
from khoi.duplicates.queries.weighing import weigh
from khoi.duplicates.rules.levels import OF_PEOPLE
from khoi.duplicates.rules.pairs import CHAINING, Agreement, clusters, how_sure, reasons_of
from khoi.people.models import MatchKey
from khoi.people.rules.likeness import CROWD

#: (step, done, total): read, compare, weigh, keep; 0 of 0 when nothing can be counted.
Progress = Callable[[str, int, int], None]

#: So many keys are read at once.
BATCH: Final = 50_000
#: A person is compared with so many others, on average.
_EACH: Final = 8
#: With fewer people who share an address there is too little to learn from.
_ENOUGH: Final = 50

_ROWS: Final = "select id, person_id, kind, value from people_match_key where id > %s order by id limit %s"
_HELD: Final = "create table held (person bigint, kind varchar, value varchar)"
_RECORD: Final = """
create table record as
with counted as (
    select person, kind, value, count(*) over (partition by kind, value) as holders from held
),
known as (select person, kind, value from counted where not (kind in ('email', 'phone') and holders > ?))
select person as unique_id,
    min(value) filter (where kind = 'name') as name,
    list(value order by value) filter (where kind = 'name') as names,
    list(value order by value) filter (where kind = 'email') as emails,
    list(value order by value) filter (where kind = 'phone') as phones,
    list(value order by value) filter (where kind = 'company') as companies,
    list(distinct split_part(value, ' @ ', 2)) filter (where kind = 'name_region') as regions,
    min(value) filter (where kind = 'company') as company,
    min(value) filter (where kind = 'email') as email,
    min(value) filter (where kind = 'phone') as phone
from known group by person
"""
_KEYS: Final = """
create table every_key as
with word as (
    select distinct person, unnest(string_split(value, ' ')) as word from held where kind = 'name'
),
before as (select person, split_part(value, '@', 1) as value from held where kind = 'email')
select person as unique_id, hash(kind, value) as shared from held where kind in ('email', 'phone', 'name_region')
union
select person, hash('name', value) from held where kind = 'name' and contains(value, ' ')
union
select person, hash('before', value) from before where length(value) >= 5
union
select word.person, hash(word, held.value) from word join held using (person) where held.kind = 'company'
"""
_SHARING: Final = """
select count(*) from pair
join record one on one.unique_id = join_key_l join record other on other.unique_id = join_key_r
where list_has_any(one.emails, other.emails) or (list_has_any(one.phones, other.phones) and one.name = other.name)
"""
_WHY: Final = """
select unique_id_l, unique_id_r, match_probability,
    coalesce(list_has_any(one.emails, other.emails), false),
    coalesce(list_has_any(one.phones, other.phones), false),
    coalesce(list_has_any(one.names, other.names), false),
    coalesce(list_has_any(one.companies, other.companies), false),
    coalesce(list_has_any(one.regions, other.regions), false),
    jaro_winkler_similarity(one.name, other.name) >= 0.88
        or list_has_all(string_split(one.name, ' '), string_split(other.name, ' '))
        or list_has_all(string_split(other.name, ' '), string_split(one.name, ' ')),
    coalesce(jaro_winkler_similarity(one.email, other.email) >= 0.95, false)
from weighed join record one on one.unique_id = unique_id_l join record other on other.unique_id = unique_id_r
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Two people, the longer known first; ``sure`` in percent."""

    first: int
    second: int
    reasons: tuple[str, ...]
    sure: int
    cluster: int | None


def find_pairs(*, progress: Progress) -> tuple[int, list[Found]]:
    """How many people there are, and who of them may be one. Raises ``Refusal`` without the extra."""
    with opened() as engine:
        _read(engine, progress)
        engine.ask(_RECORD, [CROWD["email"]])
        people = engine.number("select count(*) from record")
        if people < 2:
            return people, []
        progress("compare", 0, 0)
        engine.ask(_KEYS)
        pairs = pair_up(engine, people, each=_EACH)
        progress("weigh", 0, pairs)
        return people, _weighed(engine, people) if pairs else []


def _read(engine: Engine, progress: Progress) -> None:
    import pyarrow as pa

    engine.ask(_HELD)
    last, total = 0, MatchKey.objects.aggregate(last=Max("pk"))["last"] or 0
    progress("read", 0, total)
    for rows in _batches():
        ids, people, kinds, values = zip(*rows, strict=True)
        columns = {"person": pa.array(people, pa.int64()), "kind": pa.array(kinds, pa.string())}
        engine.hold("given", {**columns, "value": pa.array(values, pa.string())})
        engine.ask("insert into held select * from given")
        engine.let_go("given")
        last = ids[-1]
        progress("read", last, max(last, total))


def _batches() -> Iterator[list[tuple[int, int, str, str]]]:
    last = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_ROWS, [last, BATCH])
            rows = cursor.fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield rows


def _weighed(engine: Engine, people: int) -> list[Found]:
    sharing = engine.number(_SHARING)
    prior = max(1.0, sharing / 0.8) / (people * (people - 1) / 2)
    rounds = ["email", "phone"] if sharing >= _ENOUGH else []
    weigh(engine, OF_PEOPLE, rounds=rounds, prior=min(0.5, prior)).create("weighed")
    told = []
    for first, second, likelihood, email, phone, name, company, region, like_name, like_email in engine.ask(_WHY):
        agreement = Agreement(email, phone, name, company, region, like_name, like_email)
        if reasons := reasons_of(agreement):
            told.append((min(first, second), max(first, second), tuple(reasons), how_sure(likelihood, agreement)))
    return _clustered(sorted(told))


def _clustered(told: list[tuple[int, int, tuple[str, ...], int]]) -> list[Found]:
    chained = clusters((first, second) for first, second, _, sure in told if sure >= CHAINING)
    return [
        Found(first, second, reasons, sure, chained.get(first) if sure >= CHAINING else None)
        for first, second, reasons, sure in told
    ]
