"""Random acts, undos, redos and undos of redos on people and their addresses, against a plain replay in Python.

The replay knows nothing of triggers or images: it keeps what each act did to the rows as it was seen from outside,
and applies the acts that stand, in order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khoi.history.models import Act
from khoi.history.services import Refused, verify
from khoi.people.models import ContactPoint, Person
from tests.cast import NOW, acting
from tests.history.conftest import state, take_back
from tests.left_out import examples

pytestmark = pytest.mark.django_db

Rows = dict[str, Any]
NAMES = st.sampled_from(["An", "Bình", "Chi", "Dũng", ""])
VALUES = st.sampled_from(["a@x.vn", "b@x.vn", "c@x.vn"])
PLACE = st.integers(0, 5)
STEP = st.one_of(
    st.tuples(st.just("add"), NAMES),
    st.tuples(st.just("name"), PLACE, NAMES),
    st.tuples(st.just("job"), PLACE, NAMES),
    st.tuples(st.just("drop"), PLACE),
    st.tuples(st.just("point"), PLACE, VALUES),
    st.tuples(st.just("turn"), PLACE, VALUES),
    st.tuples(st.just("give"), PLACE, PLACE),
    st.tuples(st.just("forget"), PLACE),
)
COMMAND = st.one_of(
    st.tuples(st.just("act"), st.lists(STEP, min_size=1, max_size=3)),
    st.tuples(st.just("undo"), st.integers(0, 11)),
    st.tuples(st.just("undo_all"), st.integers(0, 11)),
    st.tuples(st.just("there_and_back"), st.integers(0, 11)),
)


@dataclass
class Replay:
    """What every act did, and which undo named which acts."""

    did: dict[int, list[tuple[str, str, Rows]]] = field(default_factory=dict)
    undos: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def stands(self, act: int) -> bool:
        return not any(act in named and self.stands(undo) for undo, named in self.undos.items())

    def state(self) -> Rows:
        rows: Rows = {}
        for act in filter(self.stands, self.did):
            for op, key, values in self.did[act]:
                if op == "d":
                    rows.pop(key, None)
                elif op == "i" or key in rows:
                    rows[key] = {**rows.get(key, {}), **values}
        return rows

    def note(self, act: int, before: Rows, after: Rows) -> None:
        came = [("i", key, after[key]) for key in after.keys() - before.keys()]
        went: list[tuple[str, str, Rows]] = [("d", key, {}) for key in before.keys() - after.keys()]
        both = [(key, before[key], after[key]) for key in before.keys() & after.keys()]
        turned = [("u", key, {c: v for c, v in new.items() if old[c] != v}) for key, old, new in both if old != new]
        self.did[act] = [*came, *turned, *went]


def nth(rows: Iterable[Any], place: int) -> Any:
    every = list(rows)
    return every[place % len(every)] if every else None


def take(step: tuple[Any, ...]) -> None:
    """One change of the tables, if there is a row to change."""
    verb, place = step[0], step[1]
    human = nth(Person.objects.order_by("pk"), place) if verb != "add" else None
    point = nth(ContactPoint.objects.order_by("pk"), place) if verb in ("turn", "give", "forget") else None
    if verb == "add":
        Person.objects.create(full_name=step[1], created_at=NOW)
    elif verb in ("name", "job") and human:
        Person.objects.filter(pk=human.pk).update(**{"full_name" if verb == "name" else "job_title": step[2]})
    elif verb == "drop" and human:
        ContactPoint.objects.filter(person=human).delete()
        Person.objects.filter(pk=human.pk).delete()
    elif verb == "point" and human:
        ContactPoint.objects.create(person=human, kind="email", value=step[2], normal=step[2], created_at=NOW)
    elif verb == "turn" and point:
        ContactPoint.objects.filter(pk=point.pk).update(value=step[2], normal=step[2])
    elif verb == "give" and point and human:
        ContactPoint.objects.filter(pk=point.pk).update(person=nth(Person.objects.order_by("pk"), step[2]))
    elif verb == "forget" and point:
        ContactPoint.objects.filter(pk=point.pk).delete()


def do(steps: list[tuple[Any, ...]], replay: Replay) -> None:
    before = state()
    try:
        with transaction.atomic(), acting("random") as act:
            for step in steps:
                take(step)
    except IntegrityError:
        assert state() == before
        return
    if act.position is not None:
        replay.note(act.pk, before, state())


def undo(place: int, replay: Replay, *, with_dependents: bool) -> Act | None:
    target = nth(Act.objects.order_by("pk"), place)
    if target is None:
        return None
    before = state()
    try:
        with transaction.atomic():
            undone = take_back(target, with_dependents=with_dependents)
    except Refused:
        assert state() == before
        return None
    replay.undos[undone.act.pk] = undone.undone
    assert state() == replay.state()
    return undone.act


def there_and_back(place: int, replay: Replay) -> None:
    before = state()
    act = undo(place, replay, with_dependents=True)
    if act is not None:
        again = take_back(act)
        replay.undos[again.act.pk] = again.undone
        assert state() == before == replay.state()


@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(COMMAND, min_size=2, max_size=14))
def test_every_permitted_undo_gives_what_the_standing_acts_made(commands):
    with transaction.atomic():
        replay = Replay()
        for verb, what in commands:
            if verb == "act":
                do(what, replay)
            elif verb == "there_and_back":
                there_and_back(what, replay)
            else:
                undo(what, replay, with_dependents=verb == "undo_all")
            connection.check_constraints()
        assert verify().ok
        transaction.set_rollback(True)


@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(STEP, min_size=1, max_size=3), min_size=1, max_size=8))
def test_taking_back_from_the_end_passes_every_earlier_state(acts):
    with transaction.atomic():
        replay = Replay()
        seen: list[tuple[int, Rows]] = []
        for steps in acts:
            before = state()
            do(steps, replay)
            if replay.did and (last := max(replay.did)) not in [act for act, _ in seen]:
                seen.append((last, before))
        for act, before in reversed(seen):
            if replay.did[act]:  # one that turned a value there and back is nothing to take back, but in the way
                take_back(Act.objects.get(pk=act), with_dependents=True)
                assert state() == before
        assert verify().ok
        transaction.set_rollback(True)
