"""Whoever tampers with history is found, and named."""

import pytest
from django.db import connection

from khoi.history import services as history
from khoi.history.models import Act, Change, Head
from khoi.history.queries import chained
from khoi.history.rules.actors import SYSTEM
from khoi.history.services import Anchor, anchor, is_in_shape, note_shape, verify
from khoi.history.services.recording import drop, install, strays
from khoi.people.models import Person
from khoi.team.models import Team
from tests.cast import NOW, acting
from tests.history.conftest import take_back

pytestmark = pytest.mark.django_db

ON_SQLITE = connection.vendor == "sqlite"


@pytest.fixture
def acts(db):
    """Five acts, the third one with changes of values."""
    made = []
    for n in range(5):
        with acting("add") as act:
            Team.objects.create(name=f"Đội {n}", created_at=NOW)
            if n == 2:
                Team.objects.filter(name="Đội 0").update(name="Đội không")
                Person.objects.create(full_name="Hoa", created_at=NOW)
                Person.objects.update(full_name="Hoa Lê")
        made.append(act)
    return made


def found() -> tuple[object, str | None]:
    result = verify()
    assert not result.ok
    return result.first_bad, result.reason


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_an_untouched_history_is_whole(acts):
    assert verify().ok
    assert verify().acts == 5


@pytest.mark.parametrize("micro", [0, 1, 499_999, 999_499, 999_500, 999_999])
def test_the_last_millisecond_of_a_second_is_no_damage(db, micro):
    moment = NOW.replace(second=59, microsecond=micro)
    with history.act("add", by=SYSTEM, now=moment, occurred_at=moment):
        Team.objects.create(name="Huế", created_at=moment)
    assert verify().ok


def test_other_processes_find_the_same(transactional_db, monkeypatch):
    monkeypatch.setattr(chained, "_SHORT", 0)
    monkeypatch.setattr(chained, "_PART", 2)
    made = []
    for n in range(9):
        with acting("add") as act:
            Person.objects.create(full_name=f"Hoa {n}", created_at=NOW)
        made.append(act)
    assert verify(workers=2) == verify()
    assert verify(workers=2).ok

    Change.objects.filter(act=made[6]).update(personal='{"full_name": "Lan"}', salt=b"1", seal=bytes(32))
    assert verify(workers=2) == verify()
    assert found() == (made[6].pk, "altered")


def test_an_open_act_does_not_disturb(acts):
    with acting():
        Team.objects.create(name="Huế", created_at=NOW)
        assert verify().ok


def test_an_edited_value_is_found(acts):
    changed = Change.objects.filter(act=acts[2], op="u").earliest("id")
    Change.objects.filter(pk=changed.pk).update(before='{"name":"Đội giả"}')
    assert found() == (acts[2].pk, "altered")


@pytest.mark.parametrize(
    "edit", [{"verb": "other"}, {"actor_id": 7}, {"why": '{"a": 1}'}, {"occurred_at": NOW.replace(year=2020)}]
)
def test_an_edited_act_is_found(acts, edit):
    Act.objects.filter(pk=acts[1].pk).update(**edit)
    assert found() == (acts[1].pk, "altered")


def test_a_personal_seal_that_was_exchanged_is_found(acts):
    sealed = Change.objects.get(act=acts[2], seal__isnull=False)
    Change.objects.filter(pk=sealed.pk).update(seal=bytes(32))
    assert found() == (acts[2].pk, "altered")


def test_personal_values_that_were_edited_are_found(acts):
    sealed = Change.objects.get(act=acts[2], seal__isnull=False)
    Change.objects.filter(pk=sealed.pk).update(personal='{"full_name": "Lan"}')
    assert found() == (acts[2].pk, "altered")


def test_erased_personal_values_are_no_damage(acts):
    Change.objects.filter(seal__isnull=False).update(personal=None, salt=None)
    assert verify().ok


def test_a_removed_change_is_found(acts):
    Change.objects.filter(act=acts[2], op="u").earliest("id").delete()
    assert found() == (acts[2].pk, "altered")


def test_an_added_change_is_found(acts):
    Change.objects.create(act=acts[3], tbl=3, row_id=1, op="u", before="{}")
    assert found() == (acts[3].pk, "altered")


def test_a_removed_act_is_found(acts):
    Change.objects.filter(act=acts[1]).delete()
    Act.objects.filter(pk=acts[1].pk).delete()
    assert found() == (acts[2].pk, "reordered")


def test_exchanged_places_are_found(acts):
    for position, act in ((99, acts[1]), (2, acts[2]), (3, acts[1])):
        Act.objects.filter(pk=act.pk).update(position=position)
    assert found() == (acts[2].pk, "altered")


def test_a_cut_off_tail_is_found(acts):
    Change.objects.filter(act=acts[4]).delete()
    Act.objects.filter(pk=acts[4].pk).delete()
    assert found()[1] == "cut_off"


def test_a_lost_head_is_found(acts):
    Head.objects.all().delete()
    assert found()[1] == "cut_off"


def test_a_tail_cut_off_with_its_head_is_found_from_outside(acts):
    kept = anchor()
    Change.objects.filter(act=acts[4]).delete()
    Act.objects.filter(pk=acts[4].pk).delete()
    Head.objects.update(position=4, chain=acts[3].chain)
    assert verify(since=kept).reason == "cut_off"
    assert verify(since=Anchor(4, bytes(acts[3].chain))).reason == "unrecorded"


def test_a_change_outside_any_act_is_found(acts):
    beside = Act.objects.create(recorded_at=NOW, occurred_at=NOW, verb="x", actor_kind="user", via="web")
    Change.objects.create(act=beside, tbl=3, row_id=1, op="u", before="{}")
    assert found() == (beside.pk, "orphan_change")


def test_an_undo_that_was_unmarked_is_found(acts):
    take_back(acts[4])
    Act.objects.filter(pk=acts[4].pk).update(undone_by=None)
    assert found() == (acts[4].pk, "undone")


def test_an_act_marked_as_taken_back_by_hand_is_found(acts):
    Act.objects.filter(pk=acts[1].pk).update(undone_by=acts[3].pk)
    assert found() == (acts[1].pk, "undone")


def test_a_row_written_while_the_triggers_were_gone_is_found(acts):
    drop(connection)
    row = Team.objects.create(name="Huế", created_at=NOW)
    install(connection)
    assert found() == (f"team_team/{row.pk}", "unrecorded")


def test_a_row_removed_while_the_triggers_were_gone_is_found(acts):
    row = Team.objects.get(name="Đội 4")
    drop(connection)
    Team.objects.filter(pk=row.pk).delete()
    install(connection)
    assert found() == (f"team_team/{row.pk}", "unrecorded")


def test_a_row_that_went_and_came_back_is_recorded(acts):
    with acting() as act:
        Team.objects.filter(name="Đội 4").delete()
    assert verify().ok
    take_back(act)
    assert verify().ok


def test_a_dropped_trigger_is_found(acts):
    name = "khoi_rec_team_team_update"
    run(f"drop trigger {name}" if ON_SQLITE else f"drop trigger {name} on team_team")
    assert found() == (name, "trigger")


def test_an_edited_trigger_is_found(acts):
    name = "khoi_rec_team_team_insert"
    if ON_SQLITE:
        run(f"drop trigger {name}", f"create trigger {name} after insert on team_team begin select 1; end")
    else:
        run(f"create or replace function {name}() returns trigger language plpgsql as $$ begin return null; end $$")
    assert found() == (name, "trigger")


def test_a_trigger_that_never_fires_is_found(acts):
    name = "khoi_rec_team_team_update"
    if ON_SQLITE:
        with connection.cursor() as cursor:
            cursor.execute("select sql from sqlite_master where name = %s", [name])
            text = cursor.fetchone()[0]
        run(f"drop trigger {name}", text.replace(" when ", " when 0 and ", 1))
    else:
        run(
            f"drop trigger {name} on team_team",
            f"create trigger {name} after insert on team_team for each statement execute function {name}()",
        )
    assert found() == (name, "trigger")


def test_a_strange_trigger_is_found(acts):
    if ON_SQLITE:
        run("create trigger mine after insert on history_change begin delete from history_change; end")
    else:
        run(
            "create function mine() returns trigger language plpgsql as $$ begin return null; end $$",
            "create trigger mine after insert on history_change for each row execute function mine()",
        )
    assert found() == ("mine", "trigger")


@pytest.mark.postgres
def test_a_trigger_that_was_switched_off_is_found(acts):
    run("alter table team_team disable trigger khoi_rec_team_team_update")
    assert found() == ("khoi_rec_team_team_update", "trigger")


def test_the_installed_triggers_are_the_generated_ones(db):
    assert strays(connection) == []


@pytest.fixture
def shaped(acts):
    """The database as Khơi left it."""
    return note_shape("accept_shape", by=SYSTEM, now=NOW)


def _rewrite_behind_our_back() -> None:
    """Triggers off, a row rewritten, the same triggers on again."""
    drop(connection, "team_team")
    run("update team_team set name = 'Đội giả' where name = 'Đội 1'")
    install(connection, "team_team")


def test_a_row_rewritten_while_the_triggers_were_away_is_found(shaped):
    assert verify().ok
    _rewrite_behind_our_back()
    assert strays(connection) == []
    assert found() == (None, "reshaped")


def test_later_acts_do_not_hide_that_the_triggers_were_away(shaped):
    _rewrite_behind_our_back()
    with acting():
        Team.objects.create(name="Huế", created_at=NOW)
    assert found() == (None, "reshaped")


def test_whoever_reshaped_it_rightly_can_say_so_and_the_history_keeps_it(shaped):
    _rewrite_behind_our_back()
    assert not is_in_shape()
    note_shape("accept_shape", by=SYSTEM, now=NOW)
    assert is_in_shape()
    assert verify().ok
    assert Act.objects.filter(verb="accept_shape").count() == 2


def test_a_copy_has_a_shape_of_its_own(shaped):
    _rewrite_behind_our_back()
    assert verify(moved=True).ok
