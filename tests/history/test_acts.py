"""Every write happens inside an act, in one transaction; nobody gets past."""

import contextlib
import json
import sqlite3
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from khoi.history import services as history
from khoi.history.models import KINDS, Act, Change
from khoi.history.rules.actors import SYSTEM
from khoi.history.rules.tables import TRANSIENT
from khoi.history.services.recording import PROVEN
from khoi.people.models import ContactPoint, MatchKey, Person
from khoi.qualification.models import Policy, StageChange
from khoi.team.models import Team
from tests.cast import NOW, acting

pytestmark = pytest.mark.django_db

ON_SQLITE = connection.vendor == "sqlite"


def add_team(name: str = "Hà Nội") -> Team:
    return Team.objects.create(name=name, created_at=NOW)


def test_an_act_says_who_did_what_when_and_on_what(an):
    with history.act("rename", by=an.by, now=NOW, subject=an.user.team, why={"rule": 3}) as act:
        Team.objects.filter(pk=an.user.team_id).update(name="Hải Phòng")
    assert (act.verb, act.actor_kind, act.actor_id, act.via) == ("rename", "user", an.pk, "web")
    assert (act.recorded_at, act.occurred_at, act.why) == (NOW, NOW, '{"rule": 3}')
    assert (act.subject_tbl, act.subject_id) == (3, an.user.team_id)


def test_an_act_that_fails_leaves_nothing():
    with pytest.raises(ZeroDivisionError), acting():
        add_team(name=str(1 // 0))
    assert not Team.objects.exists()
    assert not Act.objects.exists()
    assert history.current_act() is None


def test_the_first_error_of_the_database_is_the_one_that_is_told():
    with acting():
        add_team("Hà Nội")
    with pytest.raises(IntegrityError, match=r"(?i)unique"), acting():
        Team.objects.bulk_create([Team(name="hà nội", created_at=NOW), Team(name="Hà Nội", created_at=NOW)])
    with acting():
        add_team("Huế")
    assert Team.objects.count() == 2


def test_an_act_that_changed_nothing_disappears():
    with acting() as act:
        pass
    assert act.position is None
    assert not Act.objects.exists()


def test_an_inner_act_joins_the_outer_one():
    with acting("outer") as outer, acting("inner") as inner:
        add_team()
    assert inner.pk == outer.pk
    assert Act.objects.get().verb == "outer"


@pytest.mark.parametrize(("verb", "known"), [("rename", True), ("other", False)])
def test_an_act_learns_from_a_part_of_the_same_verb_what_it_is_about(an, verb, known):
    team = an.user.team
    with acting("rename"), history.act(verb, by=SYSTEM, now=NOW, subject=team):
        Team.objects.filter(pk=team.pk).update(name="Hải Phòng")

    assert (Act.objects.latest("id").subject_id == team.pk) is known


def test_a_part_that_fails_inside_leaves_the_act_open():
    with acting() as act:
        add_team("Hà Nội")
        with contextlib.suppress(IntegrityError), transaction.atomic():
            Team.objects.bulk_create([Team(name="hà nội", created_at=NOW)])
        add_team("Huế")
    assert Change.objects.filter(act=act).count() == 2
    assert history.verify().ok


def test_the_same_key_is_done_once():
    with history.act("add", by=SYSTEM, now=NOW, key="one") as first:
        add_team()
    with pytest.raises(history.AlreadyDone) as done, history.act("add", by=SYSTEM, now=NOW, key="one"):
        add_team("Huế")
    assert done.value.act.pk == first.pk
    assert Team.objects.count() == 1


def test_time_never_runs_backwards_in_the_record():
    with acting():
        add_team()
    with acting(now=NOW.replace(year=2020)) as late:
        add_team("Huế")
    assert (late.recorded_at, late.occurred_at.year) == (NOW, 2020)


@pytest.mark.parametrize(
    "write",
    [
        lambda row: add_team("Huế"),
        lambda row: Team.objects.filter(pk=row.pk).update(name="Huế"),
        lambda row: row.delete(),
        lambda row: MatchKey.objects.create(person_id=1, kind="email", value="a@x.vn"),
        lambda row: Person.objects.filter(full_name="Hoa").update(search=" hoa"),
    ],
    ids=["insert", "update", "delete", "derived table", "derived column"],
)
def test_a_write_without_an_act_fails(write):
    with acting():
        row = add_team()
        Person.objects.create(full_name="Hoa", created_at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        write(row)
    assert Team.objects.get().name == "Hà Nội"
    assert Change.objects.count() == 2


@pytest.mark.parametrize(
    "statement",
    [
        "insert into team_team(name, created_at, public_id) values ('Huế', '2026-11-19', '0')",
        "update team_team set name = 'Huế'",
        "delete from team_team",
    ],
)
def test_raw_sql_without_an_act_fails(statement):
    with acting():
        add_team()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Team.objects.get().name == "Hà Nội"


def test_raw_sql_inside_an_act_is_recorded():
    with acting():
        add_team()
    with acting() as act, connection.cursor() as cursor:
        cursor.execute("update team_team set name = 'Huế'")
    assert json.loads(Change.objects.get(act=act).before or "") == {"name": "Hà Nội"}


def test_bulk_work_is_recorded_row_by_row():
    with acting() as act:
        Team.objects.bulk_create([Team(name=f"Đội {n}", created_at=NOW) for n in range(40)])
        Team.objects.update(created_at=NOW.replace(year=2025))
        Team.objects.all().delete()
    ops = list(Change.objects.filter(act=act).order_by("id").values_list("op", flat=True))
    assert ops == ["i"] * 40 + ["u"] * 40 + ["d"] * 40


def test_an_update_that_changes_nothing_is_no_change():
    with acting():
        row = add_team()
    with acting() as act:
        row.save()
    assert act.position is None


@pytest.mark.postgres
def test_a_truncate_never_passes(sample):
    with pytest.raises(DatabaseError), acting(), connection.cursor() as cursor:
        cursor.execute("truncate history_sample")


def test_a_decision_is_not_changed_afterwards(an, ready):
    with acting():
        policy = Policy.objects.latest("id")
        human = Person.objects.create(full_name="Hoa", created_at=NOW)
        lead = human.leads.create(arrived_at=NOW, created_at=NOW)
        change = StageChange.objects.create(
            lead=lead, person=human, to_stage="lead", basis="policy", policy=policy, occurred_at=NOW, recorded_at=NOW
        )
    with pytest.raises(DatabaseError, match="decision"), acting():
        StageChange.objects.filter(pk=change.pk).update(to_stage="mql")


def test_the_id_of_a_row_does_not_change():
    with acting():
        row = add_team()
    with pytest.raises(DatabaseError, match="id of a row"), acting():
        Team.objects.filter(pk=row.pk).update(id=row.pk + 1)


def test_another_program_cannot_write(transactional_db):
    with acting():
        add_team()
    with pytest.raises((sqlite3.OperationalError, psycopg.Error), match=r"no such function: khoi_|needs an act"):
        _foreign("update team_team set name = 'Huế'")
    assert Team.objects.get().name == "Hà Nội"


def test_another_program_does_not_write_what_leaves_no_history_either(transactional_db):
    """A session would be a log-in, a mail of the outbox a letter in our name."""
    free = [model for model, table in KINDS.items() if table.kind == TRANSIENT and table.name not in PROVEN]
    assert {"Session", "Mail", "Answer"} <= {model.__name__ for model in free}
    refused = r"no such function: khoi_|only Khoi writes"
    for model in free:
        with pytest.raises((sqlite3.OperationalError, psycopg.Error), match=refused):
            _foreign(f"insert into {model._meta.db_table} ({model._meta.pk.column}) values (null)")


def _foreign(statement: str) -> None:
    """What somebody's own script would do."""
    if ON_SQLITE:
        file = sqlite3.connect(connection.settings_dict["NAME"])
        try:
            file.execute(statement)
            file.commit()
        finally:
            file.close()
        return
    given = connection.get_connection_params()
    with psycopg.connect(**{k: given[k] for k in ("dbname", "user", "host", "port") if k in given}) as server:
        server.execute(statement)


def test_insert_or_replace_is_recorded_as_what_it_does(sample):
    if not ON_SQLITE:  # PostgreSQL knows no such statement
        return
    with acting():
        row = sample.objects.create(word="old", tree={})
    with acting() as act, connection.cursor() as cursor:
        cursor.execute("insert or replace into history_sample select * from history_sample where id = %s", [row.pk])
    assert list(Change.objects.filter(act=act).order_by("id").values_list("op", flat=True)) == ["d", "i"]


def test_an_upsert_is_recorded_as_what_it_does():
    with acting():
        row = add_team("Huế")
    with acting() as act:
        Team.objects.bulk_create(
            [Team(pk=row.pk, name="Vinh", created_at=NOW), Team(pk=row.pk + 1, name="Nha Trang", created_at=NOW)],
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=["name"],
        )
    assert sorted(Change.objects.filter(act=act).values_list("op", "row_id")) == [("i", row.pk + 1), ("u", row.pk)]


def together(work: Callable[[int], Any], numbers: Iterable[int]) -> list[Any]:
    """Each number in a thread of its own; what they answer, or the first failure."""

    def alone(number: int) -> Any:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor() as threads:
        return list(threads.map(alone, numbers, timeout=60))


def test_acts_in_parallel_keep_the_chain_whole(transactional_db):
    def work(thread: int) -> None:
        for turn in range(10):
            with acting(f"add_{thread}"):
                add_team(f"Đội {thread}.{turn}")

    together(work, range(4))
    assert list(Act.objects.order_by("position").values_list("position", flat=True)) == [*range(1, 41)]
    assert history.verify() == history.Verified(ok=True, acts=40, first_bad=None)


def test_whoever_builds_on_what_is_being_taken_back_is_told_or_tells(transactional_db):
    """Either the new address stands in the way of the undo, or its person is gone: never one without the other."""
    for _ in range(5):
        with acting("add_person") as made:
            human = Person.objects.create(full_name="Hoa", created_at=NOW)
        start = threading.Barrier(2)
        undo, build = partial(history.undo_act, made, by=SYSTEM, now=NOW), partial(add_point, human)

        def work(number: int, jobs=(undo, build), start=start) -> bool:
            start.wait(10)
            try:
                jobs[number]()
            except (history.Refused, IntegrityError):
                return False
            return True

        undone, built = together(work, range(2))
        assert undone != built
        assert Person.objects.filter(pk=human.pk).exists() == built
        assert ContactPoint.objects.filter(person_id=human.pk).exists() == built
    assert history.verify().ok


def add_point(human: Person) -> None:
    with acting("add_point"):
        ContactPoint.objects.create(person=human, kind="email", value="h@x.vn", normal="h@x.vn", created_at=NOW)


def test_one_key_used_by_two_at_once_is_done_once(transactional_db):
    start = threading.Barrier(2)

    def work(_: int) -> str:
        start.wait(10)
        try:
            with history.act("add", by=SYSTEM, now=NOW, key="same"):
                add_team()
        except history.AlreadyDone:
            return "already done"
        return "done"

    assert sorted(together(work, range(2))) == ["already done", "done"]
    assert Team.objects.count() == 1
