"""Who is this? Asked of 1,000,000 people on SQLite: ``python -m bench.matching [--people N] [--folder F]``.

Names are drawn as unevenly as Vietnamese ones are: a handful of families, and some names that thousands share.
The folder is kept when it is named, so that a second run only asks.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

FAMILIES = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý".split()
MIDDLES = "Văn Thị Minh Thanh Ngọc Hữu Đức Quang Thu Xuân Hoài Gia".split()
GIVEN = "An Bình Chi Dũng Giang Hà Hải Hạnh Hiếu Hoa Hùng Hương Khánh Lan Linh Long Mai Nam Nga Phúc Sơn Tú Vy".split()
REGIONS = "Hà Nội|Hải Phòng|Đà Nẵng|Huế|TP Hồ Chí Minh|Cần Thơ|Bình Dương|Đồng Nai|Nghệ An|Quảng Ninh".split("|")
NOW = datetime(2026, 11, 19, 2, 14, tzinfo=UTC)
#: SQLite takes so many rows at once here.
BATCH = 20_000


def person(luck: random.Random, number: int) -> dict[str, str]:
    """One made-up human; a third have no company, companies have from one to some thousand people."""
    family = FAMILIES[min(int(luck.expovariate(0.35)), len(FAMILIES) - 1)]
    middles = " ".join(luck.sample(MIDDLES, luck.choice((1, 1, 2))))
    return {
        "name": f"{family} {middles} {luck.choice(GIVEN)}",
        "email": f"n{number}@example.vn" if luck.random() < 0.8 else "",
        "phone": f"+849{number:08d}" if luck.random() < 0.8 else "",
        "company": f"cong ty {int(luck.paretovariate(0.6)) % 300_000}" if luck.random() < 0.66 else "",
        "region": luck.choice(REGIONS) if luck.random() < 0.7 else "",
    }


def keys_of(one: dict[str, str]) -> frozenset[Any]:
    from khoi.kit.fold import fold
    from khoi.kit.names import name_key
    from khoi.people.rules.likeness import identity_keys

    places = {"companies": [one["company"]], "regions": [fold(one["region"])]}
    return identity_keys([name_key(one["name"])], emails=[one["email"]], phones=[one["phone"]], **places)


def everybody(count: int) -> Iterator[tuple[int, dict[str, str]]]:
    luck = random.Random(7)
    for number in range(1, count + 1):
        yield number, person(luck, number)


def fill(count: int) -> None:
    """Straight into the tables, with the recording away: what is measured is asking, not writing."""
    from django.db import connection, transaction

    from khoi.history.services import recording

    with transaction.atomic(), connection.cursor() as cursor:
        recording.drop(connection)
        people = everybody(count)
        while batch := list(islice(people, BATCH)):
            cursor.executemany(
                "insert into people_person (id, public_id, full_name, job_title, language, created_at, search) "
                "values (%s, %s, %s, '', 'vi', %s, '')",
                [(number, UUID(int=number).hex, one["name"], str(NOW)) for number, one in batch],
            )
            cursor.executemany(
                "insert into people_match_key (person_id, kind, value) values (%s, %s, %s)",
                [(number, key.kind, key.value) for number, one in batch for key in keys_of(one)],
            )
        recording.install(connection)


def ask(count: int, times: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each question, by the clock and of this process alone, which a busy machine does not stretch.
    Half of them are about somebody known, with another email."""
    from khoi.people.queries import alike

    luck = random.Random(11)
    spent: list[float] = []
    worked: list[float] = []
    known = dict(islice(everybody(count), 0, count, max(1, count // times)))
    for one in known.values():
        stranger = person(luck, count + len(spent) + 1)
        asked = {**one, "email": "moi@example.vn"} if luck.random() < 0.5 else stranger
        keys = keys_of(asked)
        begun, began = time.perf_counter(), time.process_time()
        alike(keys)
        spent.append((time.perf_counter() - begun) * 1000)
        worked.append((time.process_time() - began) * 1000)
    return sorted(spent), sorted(worked)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=1_000_000)
    options.add_argument("--times", type=int, default=2_000)
    options.add_argument("--folder", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as made:
        os.environ |= {"KHOI_DATA": str(chosen.folder or made), "DJANGO_SETTINGS_MODULE": "khoi.settings"}
        (chosen.folder or Path(made)).mkdir(parents=True, exist_ok=True)
        import django

        django.setup()
        from django.core.management import call_command

        from khoi.people.models import MatchKey, Person

        call_command("migrate", verbosity=0)
        if not Person.objects.exists():
            begun = time.perf_counter()
            fill(chosen.people)
            print(f"filled in {time.perf_counter() - begun:.0f} s")
        spent, worked = ask(chosen.people, chosen.times)
        print(f"{Person.objects.count():,} people, {MatchKey.objects.count():,} keys, asked {len(spent):,} times")
        for what, each in (("by the clock", spent), ("of work", worked)):
            p50, p95, p99 = (each[int(len(each) * share)] for share in (0.5, 0.95, 0.99))
            print(f"{what}: p50 {p50:.2f} ms, p95 {p95:.2f} ms, p99 {p99:.2f} ms, worst {each[-1]:.2f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
