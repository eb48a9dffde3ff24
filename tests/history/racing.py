"""Twenty threads that ask one thing of one database at the same moment, each over a connection of its own."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import connections
from django.test import override_settings

from khoi.history import services as history
from khoi.history.models import Change
from khoi.history.queries import Place, changes_after
from khoi.history.rules.actors import SYSTEM
from khoi.outbox import services as outbox
from khoi.outbox.models import Mail
from khoi.team import services as team
from khoi.team.models import Team, User
from tests.outbox.sink import sink

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
THREADS = 20


def together(work: Callable[[int], Any], threads: int = THREADS) -> list[Any]:
    """Call ``work(0)``, ``work(1)``, … at the same moment; what each returned or raised, in order."""
    gate = threading.Barrier(threads)
    results: list[Any] = [None] * threads

    def run(number: int) -> None:
        gate.wait()
        try:
            results[number] = work(number)
        except Exception as problem:  # noqa: BLE001 - what went wrong is what came of it
            results[number] = f"{type(problem).__name__}: {problem}"
        finally:
            connections.close_all()

    workers = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return results


def same_key() -> dict[str, Any]:
    """All send one request under one key; each act adds a team."""

    def ask(number: int) -> tuple[int, str, bool]:
        def act() -> history.Answered:
            made = team.add_team(f"Đội {number}", by=SYSTEM, now=NOW)
            return history.Answered(201, made.name)

        answered = history.answer_once(act, scope="an POST /teams", key="k1", fingerprint="one", now=NOW)
        return answered.status, answered.body, answered.again

    return {"answers": together(ask), "teams": list(Team.objects.values_list("name", flat=True))}


def one_ticket() -> dict[str, Any]:
    """All use one reset link, each with a password of their own."""
    user = team.add_user(
        email="an@khoi.test", full_name="An", role="rep", password="mười ba con mèo", by=SYSTEM, now=NOW
    )
    secret = team.invitation_link(user, now=NOW).rstrip("/").rpartition("/")[2]

    def use(number: int) -> str:
        return team.use_ticket(secret, password=f"một con trâu già {number}", now=NOW).email

    answers = together(use)
    user.refresh_from_db()
    won = [number for number in range(THREADS) if user.check_password(f"một con trâu già {number}")]
    return {"answers": answers, "won": won}


def last_admins() -> dict[str, Any]:
    """Every administrator leaves at the same moment."""
    admins = [
        team.add_user(email=f"a{number}@khoi.test", full_name="A", role="admin", by=SYSTEM, now=NOW)
        for number in range(THREADS)
    ]
    answers = together(lambda number: team.deactivate_user(admins[number], by=SYSTEM, now=NOW).pk)
    return {"answers": [str(a) for a in answers], "left": User.objects.filter(is_active=True).count()}


def one_mail() -> dict[str, Any]:
    """Twenty senders and one server: every mail goes out once."""

    for number in range(10):
        outbox.queue_mail(kind="test", to=f"a{number}@khoi.test", subject="Chào", text="…", now=NOW)
    with sink() as (address, kept), override_settings(SMTP_URL=address):
        answers = together(lambda _: outbox.send_due(now=NOW))
    states = sorted(Mail.objects.values_list("state", flat=True))
    return {"answers": answers, "taken": sorted(rcpt for _, rcpt, _ in kept.mails), "states": states}


def one_feed() -> dict[str, Any]:
    """Sixteen write while one reads the feed on and on."""
    writers, acts = 16, 15
    seen: list[tuple[int, int]] = []

    ready: list[int] = []

    def write(number: int) -> None:
        try:
            for turn in range(acts):
                team.add_team(f"Đội {number}-{turn}", by=SYSTEM, now=NOW)
        finally:
            ready.append(number)

    def work(number: int) -> None:
        if number < writers:
            return write(number)
        place, last, found = Place(), False, 0
        while found or not last:
            last = len(ready) == writers  # asked before reading: what they wrote is there by then
            changes, place = changes_after(place, limit=7)
            seen.extend((change.act.position or 0, change.change_id) for change in changes)
            found = len(changes)
        return None

    answers = together(work, threads=writers + 1)
    there = list(Change.objects.order_by("act__position", "pk").values_list("act__position", "pk"))
    return {"answers": answers, "seen": seen, "there": there}
