"""A request that is sent again gets the first answer, and only one act."""

from datetime import timedelta

import pytest

from khoi.history import services as history
from khoi.history.models import Answer
from khoi.history.rules.actors import SYSTEM
from khoi.history.services import Answered, KeyReused
from khoi.team import services as team
from khoi.team.models import Team
from tests.history import racing
from tests.history.racing import NOW


def ask(do, key="k1", fingerprint="one"):
    return history.answer_once(do, scope="an POST /teams", key=key, fingerprint=fingerprint, now=NOW)


def adding(name, status=201):
    def act():
        team.add_team(name, by=SYSTEM, now=NOW)
        return Answered(status, name, {"ETag": '"1"'})

    return act


@pytest.mark.django_db
def test_the_same_key_gets_the_first_answer_and_nothing_happens_twice():
    first, second = ask(adding("Hà Nội")), ask(adding("Huế"))

    assert (second.status, second.body, second.headers, second.again) == (201, "Hà Nội", first.headers, True)
    assert Team.objects.count() == 1


@pytest.mark.django_db
def test_without_a_key_every_request_counts():
    ask(adding("Hà Nội"), key=None)
    ask(adding("Huế"), key=None)

    assert (Team.objects.count(), Answer.objects.count()) == (2, 0)


@pytest.mark.django_db
def test_the_key_of_another_request_is_refused():
    ask(adding("Hà Nội"))

    with pytest.raises(KeyReused):
        ask(adding("Huế"), fingerprint="two")


@pytest.mark.django_db
def test_another_scope_has_keys_of_its_own():
    ask(adding("Hà Nội"))
    history.answer_once(adding("Huế"), scope="binh POST /teams", key="k1", fingerprint="one", now=NOW)

    assert Team.objects.count() == 2


@pytest.mark.parametrize("status", [409, 422])
@pytest.mark.django_db
def test_a_refusal_writes_nothing_and_is_repeated(status):
    first, second = ask(adding("Hà Nội", status)), ask(adding("Huế"))

    assert (first.status, second.status, second.again) == (status, status, True)
    assert not Team.objects.exists()


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
@pytest.mark.django_db
def test_an_answer_that_may_change_is_not_kept(status):
    ask(adding("Hà Nội", status))

    assert ask(adding("Huế")).status == 201
    assert [t.name for t in Team.objects.all()] == ["Huế"]


@pytest.mark.django_db
def test_an_act_that_crashed_left_neither_row_nor_key():
    def crash():
        team.add_team("Hà Nội", by=SYSTEM, now=NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        ask(crash)

    assert (Team.objects.count(), Answer.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_keys_are_forgotten_after_seven_days():
    ask(adding("Hà Nội"))
    history.forget_answers(now=NOW + timedelta(days=6))
    assert Answer.objects.count() == 1

    history.forget_answers(now=NOW + timedelta(days=8))
    assert Answer.objects.count() == 0


def test_dur_09_twenty_senders_at_once_get_one_answer_and_one_act(transactional_db):
    came = racing.same_key()

    assert len(came["teams"]) == 1
    assert {(status, body) for status, body, _ in came["answers"]} == {(201, came["teams"][0])}
    assert sum(not again for _, _, again in came["answers"]) == 1


def test_sec_09_of_twenty_uses_of_one_link_exactly_one_wins(transactional_db):
    came = racing.one_ticket()

    assert came["answers"].count("an@khoi.test") == 1
    assert len(came["won"]) == 1


def test_of_twenty_administrators_leaving_at_once_one_stays(transactional_db):
    assert racing.last_admins()["left"] == 1


def test_cor_01_twenty_senders_hand_over_each_mail_once(transactional_db):
    came = racing.one_mail()

    assert came["taken"] == sorted([f"a{number}@khoi.test"] for number in range(10))
    assert came["states"] == ["sent"] * 10


def test_the_feed_misses_nothing_and_keeps_the_order_while_sixteen_write(transactional_db):
    came = racing.one_feed()

    assert came["answers"] == [None] * 17
    assert len(came["there"]) == 240
    assert came["seen"] == came["there"]
