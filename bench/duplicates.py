"""Who of everybody is there twice? ``python -m bench.duplicates [--people N] [--folder F]``, on SQLite or, with
KHOI_DATABASE_URL, on an empty PostgreSQL.

The people of ``bench.matching``; one in twenty came in twice, the second time with a slip of typing or another address.
Read from the database and written back to it; seconds by the clock and of work, and how many were found.
"""

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.matching import BATCH, NOW, keys_of, person

#: One in so many is there twice.
TWICE = 20


def everybody(count: int) -> Iterator[tuple[int, dict[str, str]]]:
    """(number, who); the doubles come last, and the double of ``n`` has the number ``count + n``."""
    luck = random.Random(7)
    for number in range(1, count + 1):
        yield number, {**person(luck, number), "phone": phone(number)}
    luck, others = random.Random(7), random.Random(13)
    for number in range(1, count + 1):
        one = {**person(luck, number), "phone": phone(number)}
        if number % TWICE == 0:
            yield count + number, double(one, others, count + number)


def phone(number: int) -> str:
    """Scattered, as numbers are: neighbours in the list are no neighbours on the dial."""
    return f"+849{number * 61_803_399 % 100_000_007:08d}" if number % 7 else ""


def double(one: dict[str, str], luck: random.Random, number: int) -> dict[str, str]:
    again = dict(one)
    if luck.random() < 0.4:
        at = luck.randrange(1, len(one["name"]) - 1)
        again["name"] = one["name"][:at] + one["name"][at + 1 :]
    if luck.random() < 0.5 or not one["phone"]:
        again["email"] = one["email"] if luck.random() < 0.5 else f"moi{number}@example.vn"
    else:
        again["email"] = ""
    if luck.random() < 0.3:
        again["phone"] = phone(number + 1)
    return again


def fill(count: int) -> int:
    """Straight into the tables, with the recording away: what is measured is finding, not writing."""
    from django.db import connection, transaction

    from khoi.history.services import recording

    stored = 0
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
            stored += len(batch)
        recording.install(connection)
    return stored


def told(count: int) -> str:
    """How many of the doubles were found, and how many of the surest pairs are doubles."""
    from khoi.duplicates.models import FoundPair

    pairs = list(FoundPair.objects.values_list("first_id", "second_id", "sure"))
    right = {pair[:2] for pair in pairs if pair[1] - pair[0] == count}
    surest = [pair for pair in pairs if pair[2] >= 90]
    share = sum(pair[1] - pair[0] == count for pair in surest) / max(1, len(surest))
    doubles = count // TWICE
    return f"{len(pairs):,} pairs, {len(right) / doubles:.1%} of the doubles; of those 90% sure {share:.1%} are doubles"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=100_000)
    options.add_argument("--folder", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as made:
        os.environ |= {"KHOI_DATA": str(chosen.folder or made), "DJANGO_SETTINGS_MODULE": "khoi.settings"}
        (chosen.folder or Path(made)).mkdir(parents=True, exist_ok=True)
        import django

        django.setup()
        from django.core.management import call_command
        from django.utils import timezone

        from khoi.duplicates import services as duplicates
        from khoi.people.models import Person
        from khoi.team.rules import OWNER_OF_THE_MACHINE

        call_command("migrate", verbosity=0)
        if not Person.objects.exists():
            fill(chosen.people)
        for turn in ("first", "second"):
            begun, began, marks = time.perf_counter(), time.process_time(), Marks()
            scan = duplicates.scan_now(by=OWNER_OF_THE_MACHINE, clock=timezone.now, progress=marks)
            spent, worked = time.perf_counter() - begun, time.process_time() - began
            print(f"{turn}: {scan.counts} in {spent:.1f} s, {worked:.1f} s of work; {marks.told()}")
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{told(chosen.people)}; at most {most:.0f} MiB")
    return 0


class Marks:
    """When each step began."""

    def __init__(self) -> None:
        self.begun: dict[str, tuple[float, float]] = {}

    def __call__(self, step: str, done: int, total: int) -> None:
        self.begun.setdefault(step, (time.perf_counter(), time.process_time()))

    def told(self) -> str:
        steps: list[Any] = [*self.begun.items(), ("end", (time.perf_counter(), time.process_time()))]
        return ", ".join(
            f"{name} {following[1][0] - at[0]:.1f} s ({following[1][1] - at[1]:.1f})"
            for (name, at), following in pairwise(steps)
        )


if __name__ == "__main__":
    sys.exit(main())
