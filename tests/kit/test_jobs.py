"""The runner goes round its list, whatever an entry does."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from khoi.kit import jobs
from khoi.kit.jobs import Every, Runner

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 19, 2, 14, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def pass_by(self, seconds):
        self.now += timedelta(seconds=seconds)


class Diary:
    """Lets everything run, and remembers."""

    def __init__(self, mine=True):
        self.mine, self.problems = mine, []

    def claim(self, entry, *, now):
        return self.mine

    def note(self, entry, *, started_at, finished_at, problem, again_at):
        self.problems.append(problem)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(autouse=True)
def nobody_woke_it():
    jobs._woken.clear()


def failing():
    raise RuntimeError("the mail server is away")


def test_an_entry_runs_at_once_and_then_every_so_many_seconds(clock):
    ran = []
    runner = Runner([Every(30, lambda: ran.append(clock.now), prompt=True)], Diary(), clock)

    for _ in range(5):
        runner.run_due()
        clock.pass_by(15)

    assert [(at - START).seconds for at in ran] == [0, 30, 60]


def test_an_entry_with_more_to_do_is_run_again_at_once(clock):
    answers = [True, True, False]
    runner = Runner([Every(30, lambda: answers.pop(0), prompt=True)], Diary(), clock)

    runner.run_all()

    assert answers == []


def test_what_another_process_claimed_is_left_to_it(clock):
    ran = []
    Runner([Every(60, lambda: ran.append(1))], Diary(mine=False), clock).run_all()

    assert ran == []


def test_a_failing_entry_does_not_keep_the_others_from_running(clock, caplog):
    ran, diary = [], Diary()
    entries = [Every(9, failing, prompt=True), Every(9, lambda: ran.append(1), prompt=True)]
    failed = Runner(entries, diary, clock).run_due()

    assert (failed, ran) == (1, [1])
    assert diary.problems == ["RuntimeError: the mail server is away", ""]
    assert "failing failed; it is tried again in 5 s" in caplog.text


def test_a_failing_entry_waits_twice_as_long_each_time(clock):
    tries: list[Any] = []

    def try_again():
        tries.append(clock.now)
        failing()

    runner = Runner([Every(1, try_again, prompt=True)], Diary(), clock)

    for _ in range(40):
        runner.run_due()
        clock.pass_by(1)

    assert [(at - START).seconds for at in tries] == [0, 5, 15, 35]


def test_a_diary_that_cannot_be_written_stops_nothing(clock):
    class Broken(Diary):
        def note(self, entry, **run):
            failing()

    ran = []
    Runner([Every(1, lambda: ran.append(1), prompt=True)], Broken(), clock).run_due()

    assert ran == [1]


@pytest.mark.django_db(transaction=True)
def test_waking_makes_a_prompt_entry_run_at_once_and_stopping_ends_the_thread():
    ran, twice = threading.Event(), threading.Event()
    runner = Runner([Every(3600, lambda: twice.set() if ran.is_set() else ran.set(), prompt=True)], Diary())
    thread = threading.Thread(target=runner.run)
    thread.start()
    assert ran.wait(5)

    jobs.wake()
    assert twice.wait(5)

    runner.stop()
    thread.join(5)
    assert not thread.is_alive()
