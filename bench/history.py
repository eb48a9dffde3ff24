"""What recording costs: the same writes with history and without, side by side in one run.

    KHOI_DATA=/a/new/folder python -m bench.history [PEOPLE]

Loads PEOPLE people with an email each (100,000 unless told otherwise) in one act, and once more with the triggers taken
off and no act; then renames a team a thousand times, each in an act of its own, and as often without. The database is
SQLite in that folder, or the one of KHOI_DATABASE_URL; it must be empty. Prints one JSON object: seconds, their ratio,
milliseconds and their difference.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khoi.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from khoi.history import services as history  # noqa: E402
from khoi.history.rules.actors import SYSTEM  # noqa: E402
from khoi.history.services.recording import drop, install  # noqa: E402
from khoi.kit.db.writing import insert_rows  # noqa: E402
from khoi.people.models import ContactPoint, Person  # noqa: E402
from khoi.team.models import Team  # noqa: E402

NOW = datetime(2026, 11, 19, tzinfo=UTC)
RENAMES = 1_000


def recorded() -> Any:
    return history.act("bench", by=SYSTEM, now=NOW)


def load(people: int, begin: Callable[[], Any]) -> float:
    """Seconds to put so many people with an address each; they are given up again."""
    rows = [
        Person(public_id=UUID(int=n), full_name=f"Nguyễn Thị {n}", created_at=NOW, search=f"nguyen thi {n}")
        for n in range(people)
    ]
    began = time.perf_counter()
    with transaction.atomic():
        with begin():
            insert_rows(rows)
            insert_rows([point(row) for row in rows])
        took = time.perf_counter() - began
        transaction.set_rollback(True)
    return took


def point(person: Person) -> ContactPoint:
    address = f"n{person.public_id.int}@example.vn"
    return ContactPoint(person=person, kind="email", value=address, normal=address, is_primary=True, created_at=NOW)


def rename(begin: Callable[[], Any]) -> float:
    """Milliseconds for the one change of one row, half of all times."""
    took = []
    for number in range(RENAMES):
        began = time.perf_counter()
        with begin():
            Team.objects.filter(pk=1).update(name=f"Đội {number}")
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1_000


def main(people: int) -> None:
    call_command("migrate", verbosity=0)
    settings.KHOI_SETTLE = ""  # what follows from the facts is no part of recording them
    with recorded():
        Team.objects.create(pk=1, name="Đội", created_at=NOW)
    load(1_000, recorded)
    loads, renames = {}, {}
    loads["with"], renames["with"] = load(people, recorded), rename(recorded)
    drop(connection)
    loads["without"], renames["without"] = load(people, nullcontext), rename(transaction.atomic)
    install(connection)
    answer = {
        "engine": connection.vendor,
        "people": people,
        "load_s": {name: round(value, 2) for name, value in loads.items()},
        "load_ratio": round(loads["with"] / loads["without"], 2),
        "write_ms": {name: round(value, 2) for name, value in renames.items()},
        "write_adds_ms": round(renames["with"] - renames["without"], 2),
    }
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
