"""What a look back costs over a large workspace of which much has changed since.

    KHOI_DATA=/a/new/folder python bench/looking_back.py [LEADS]

Fills an empty database (SQLite in that folder, or the one of KHOI_DATABASE_URL) with LEADS leads (100,000 unless told
otherwise) that came over 300 days. In the last thirty a third of them changed: some were given to another owner, some
were edited, some went, some of that was taken back. Then pages are asked for as of forty days ago, by an admin and by
a rep, each time once and again, beside the same pages of today. Times are of this process, so that a busy machine
says the same on SQLite; on PostgreSQL what the server does is added by the clock.
"""

import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khoi.settings")
os.environ.setdefault("KHOI_SECRET_KEY", "bench")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from khoi.history import services as history  # noqa: E402
from khoi.history.rules.actors import SYSTEM  # noqa: E402
from khoi.home import services as home  # noqa: E402
from khoi.kit.db.writing import insert_rows, update_rows  # noqa: E402
from khoi.kit.fold import fold  # noqa: E402
from khoi.leads.models import Lead  # noqa: E402
from khoi.lifecycle import services as lifecycle  # noqa: E402
from khoi.people.models import ContactPoint, Person  # noqa: E402
from khoi.pipeline.models import Opportunity, Pipeline, PipelineStage, StageMove  # noqa: E402
from khoi.team.models import Team, User  # noqa: E402
from khoi.team.queries import principal_of  # noqa: E402
from khoi.timemachine import services as timemachine  # noqa: E402
from khoi.touchpoints.models import Touchpoint  # noqa: E402

DAYS, BACK, PART = 300, 40, 5_000
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=DAYS + 1)
KINDS = ("page_view", "download", "price_request", "demo_request")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(leads: int) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    if not Lead.objects.exists():
        lifecycle.prepare_workspace(name="Bench", by=SYSTEM, now=START)
        kept, settings.KHOI_SETTLE = settings.KHOI_SETTLE, ""
        fill(leads)
        settings.KHOI_SETTLE = kept
        lifecycle.recompute(check=False, now=datetime.now(UTC))
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze" if connection.vendor == "postgresql" else "analyze")
    say(f"{connection.vendor}, {Lead.objects.count():,} leads, {Opportunity.objects.count():,} deals")
    measure()


def fill(leads: int) -> None:
    team, random = made(Team(name="Hà Nội", created_at=START)), Random(7)
    admin = made(User(email="admin@example.vn", full_name="Quản", role="admin", visibility="all", created_at=START))
    people = {"email": "an@example.vn", "role": "rep", "visibility": "team", "team": team}
    an = made(User(full_name="An", created_at=START, **people))
    numbers = iter(range(leads))
    for day in range(DAYS):
        at = START + timedelta(days=day)
        if part := list(islice(numbers, leads // DAYS + 1)):
            with history.act("import_file", by=SYSTEM, now=at):
                arrive(part, [admin, an], random, at)
    rows = list(Lead.objects.order_by("id"))
    chosen = random.sample(rows, len(rows) // 3)
    change(chosen, admin, an, random)


def made(row: Any) -> Any:
    with history.act("prepare", by=SYSTEM, now=START):
        row.save()
    return row


def arrive(numbers: list[int], owners: list[User], random: Random, at: datetime) -> None:
    people = [Person(full_name=f"Nguyễn Văn {number}", created_at=at) for number in numbers]
    insert_rows(people)
    phones = [f"+8491{number:07}" for number in numbers]
    points = [
        ContactPoint(person=one, kind="phone", value=phone, normal=phone, is_primary=True, created_at=at)
        for one, phone in zip(people, phones, strict=True)
    ]
    insert_rows(points)
    leads = [
        Lead(
            person=one,
            owner=random.choice(owners),
            region=random.choice(("Hà Nội", "Huế", "Đà Nẵng")),
            need="kho lạnh",
            arrived_at=at,
            created_at=at,
        )
        for one in people
    ]
    insert_rows(leads)
    insert_rows(
        [
            Touchpoint(person=one, kind=kind, occurred_at=at)
            for one in people
            for kind in random.sample(KINDS, random.randrange(3))
        ]
    )
    deal(random.sample(leads, max(1, len(leads) // 20)), at)


def deal(leads: list[Lead], at: datetime) -> None:
    pipeline, stage = Pipeline.objects.order_by("id")[0], PipelineStage.objects.order_by("position", "id")[0]
    deals = [
        Opportunity(
            name=f"Kho {lead.pk}",
            person=lead.person,
            lead=lead,
            owner=lead.owner,
            pipeline=pipeline,
            stage=stage,
            amount=1_000_000,
            currency="VND",
            opened_at=at,
            created_at=at,
            entered_stage_at=at,
        )
        for lead in leads
    ]
    insert_rows(deals)
    insert_rows(
        [StageMove(opportunity=one, person=one.person, to_stage=stage, occurred_at=at, recorded_at=at) for one in deals]
    )


def change(chosen: list[Lead], admin: User, an: User, random: Random) -> None:
    """A half is given away, a half is edited, a twentieth goes; a tenth of the edits is taken back."""
    by = principal_of(admin, via="web")
    for number, part in enumerate(parts(chosen)):
        at = START + timedelta(days=DAYS - 30, hours=number)
        given = [lead for lead in part if random.random() < 0.5]
        home.assign_leads(given, owner=random.choice((admin, an)), by=by, now=at)
        edited = [lead for lead in part if random.random() < 0.6]
        for lead in edited:
            lead.region, lead.need = "Cần Thơ", "xe nâng"
        with history.act("edit_leads", by=by, now=at + timedelta(minutes=10)) as act:
            update_rows(edited, ["region", "need"])
        if number % 5 == 4:
            timemachine.undo(act, by=by, now=at + timedelta(minutes=20))
        with history.act("log", by=by, now=at + timedelta(minutes=30)):
            insert_rows(
                [Touchpoint(person_id=lead.person_id, kind="demo_request", occurred_at=at) for lead in part[::4]]
            )


def parts(rows: list[Lead]) -> Iterator[list[Lead]]:
    for start in range(0, len(rows), PART):
        yield rows[start : start + PART]


PAGES = {
    "leads": "/leads/?view=all",
    "leads, searched": f"/leads/?view=all&q={fold('nguyen 777')}",
    "leads, by score": "/leads/?view=all&sort=score",
    "people": "/people/",
    "board": "/pipeline/",
    "deals": "/pipeline/list/",
    "search": "/search/?q=nguyen",
    "home": "/",
    "a lead": "",
}


def measure() -> None:
    day = (START + timedelta(days=DAYS + 1 - BACK)).date().isoformat()
    one = Lead.objects.order_by("id")[1_000]
    say(f"{'':10}{'page':20}{'today':>9}{'now':>9}{'again':>9}{'then':>9}{'again':>9}")
    for email in ("admin@example.vn", "an@example.vn"):
        client = Client()
        client.force_login(User.objects.get(email=email))
        client.get("/leads/")
        for name, path in PAGES.items():
            path = path or f"/leads/{one.public_id}/"
            sign = "&" if "?" in path else "?"
            asked = [f"{path}{sign}as_of={day}&known={known}" for known in ("now", "now", "then", "then")]
            times = [timed(client, url) for url in (path, *asked)]
            say(f"{email.split('@')[0]:10}{name:20}" + "".join(f"{one:>9.2f}" for one in times))


def timed(client: Client, url: str) -> float:
    clock = time.perf_counter if connection.vendor == "postgresql" else time.process_time
    start = clock()
    answer = client.get(url)
    taken = clock() - start
    if answer.status_code != 200:
        say(f"  {answer.status_code}")
    return taken


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
