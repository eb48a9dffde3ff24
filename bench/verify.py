"""How long `khoi verify` takes over a long history: ``python bench/verify.py [ACTS]``, three changes an act.

Fills a throw-away SQLite database through the real triggers and the real chain, then times one verification by the
processor's clock, so that a busy machine says the same.
"""

import json
import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2024, 1, 1, tzinfo=UTC)
SLICE = 20_000


def main(acts: int) -> None:
    with tempfile.TemporaryDirectory(prefix="khoi-bench-") as folder:
        os.environ |= {"KHOI_DATA": folder, "KHOI_SECRET_KEY": "bench", "DJANGO_SETTINGS_MODULE": "khoi.settings"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        _fill(acts)
        from khoi.history import services as history

        clock, began = time.process_time(), time.perf_counter()
        found = history.verify(workers=os.cpu_count() or 1)
        spent, took = time.process_time() - clock, time.perf_counter() - began
        size = Path(folder, "khoi.db").stat().st_size / 1e6
        print(
            json.dumps({"ok": found.ok, "acts": found.acts, "cpu_s": round(spent, 1), "s": round(took, 1), "MB": size})
        )


def _fill(acts: int) -> None:
    """Each act enters a person and changes their title twice; written as fast as the triggers allow."""
    from django.db import connection, transaction

    from khoi.history.models import Act, Change, Head
    from khoi.history.rules.chain import GENESIS, link, seal_of
    from khoi.history.services.sealing import act_fields

    draw, chain = random.Random(1), GENESIS
    connection.ensure_connection()
    raw = connection.connection
    raw.execute("pragma synchronous=off")
    for first in range(1, acts + 1, SLICE):
        numbers = range(first, min(first + SLICE, acts + 1))
        opened = [_act(Act, number) for number in numbers]
        with transaction.atomic():
            Act.objects.bulk_create(opened, batch_size=500)
            for act in opened:
                connection.open_act_id = act.pk
                raw.execute(
                    "insert into people_person(id, public_id, full_name, job_title, language, created_at, search) "
                    "values (?, ?, ?, '', 'vi', ?, '')",
                    (act.pk, f"{act.pk:032x}", f"Nguyễn Thị {draw.randrange(10_000)}", str(act.recorded_at)),
                )
                for title in ("Trưởng phòng", "Giám đốc"):
                    raw.execute("update people_person set job_title = ? where id = ?", (title, act.pk))
            connection.open_act_id = None
            leaves: dict[int, list[tuple[object, ...]]] = {act.pk: [] for act in opened}
            done = Change.objects.filter(act_id__gte=first, act_id__lte=numbers[-1]).order_by("id")
            for owner, *leaf in done.values_list("act_id", "id", "tbl", "row_id", "subject_id", "op", "before", "seal"):
                leaves[owner].append(tuple(leaf))
            for act in opened:
                act.seal = seal_of(leaves[act.pk])
                act.chain = chain = link(chain, act_fields(act), act.seal)
            raw.executemany(
                "update history_act set seal = ?, chain = ? where id = ?", [(a.seal, a.chain, a.pk) for a in opened]
            )
    Head.objects.update_or_create(pk=1, defaults={"position": acts, "chain": chain})


def _act(model: type, number: int) -> object:
    moment = START + timedelta(seconds=number)
    return model(
        pk=number, recorded_at=moment, occurred_at=moment, verb="edit_person", actor_kind="user", actor_id=1,
        via="web", subject_tbl=10, subject_id=number, position=number,
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
