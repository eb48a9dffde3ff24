"""Many people merged at once: each merge an act of its own, all of them listed and taken back as one."""

import json
import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khoi.history import services as history
from khoi.history.models import Act
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.people.models import Person
from khoi.people.rules.surviving import Candidate, in_order
from khoi.privacy import services as privacy
from khoi.timemachine import services as timemachine
from khoi.timemachine.queries import listing
from khoi.touchpoints import services as touchpoints
from tests.cast import NOW
from tests.home.test_api import program
from tests.left_out import examples
from tests.people.conftest import Known, facts
from tests.people.test_merging import assert_sound
from tests.people.test_merging_random import PEOPLE, anew, populate

pytestmark = pytest.mark.django_db

LATER, MUCH_LATER = NOW + timedelta(hours=1), NOW + timedelta(days=9)


@pytest.fixture
def groups(known: Known) -> list[list[Person]]:
    """Hương is there three times, Tâm and Sơn twice; of each the second is the one with more."""
    found = []
    for name, times in (("Phạm Thị Hương", 3), ("Lý Minh Tâm", 2), ("Đỗ Hải Sơn", 2)):
        word = name.split()[-1].lower()
        group = [known(name, email=f"{word}{at}@x.vn") for at in range(times)]
        found.append(group)
    return found


def merge(groups, by, **more) -> people.MergedMany:
    ids = [[one.pk for one in group] for group in groups]
    return people.merge_many(ids, by=by, clock=lambda: LATER, **more)


def take_back(act, by, **more):
    return timemachine.undo(act, by=by, now=MUCH_LATER, **more)


def standing() -> list[tuple[int, int]]:
    merged = Person.objects.exclude(merged_into=None)
    return sorted((one.merged_into_id or 0, one.pk) for one in merged)


def one_who_stayed() -> Person:
    return Person.objects.get(pk=standing()[0][0])


def test_who_has_most_stays_then_of_whom_most_is_known_then_the_longest_known():
    poor, rich = Candidate(1, 0, 9, NOW), Candidate(2, 1, 0, NOW)
    told, silent = Candidate(3, 0, 5, LATER), Candidate(4, 0, 4, NOW)
    assert in_order([poor, rich]) == [2, 1]
    assert in_order([silent, told]) == [3, 4]
    assert in_order([Candidate(6, 0, 5, LATER), Candidate(7, 0, 5, NOW), told]) == [7, 3, 6]


def test_all_are_taken_back_with_one_press_and_come_back_with_one(groups, admin):
    before = facts()
    done = merge(groups, admin.by)
    after = facts()
    assert (done.merged, done.groups, done.left) == (4, 3, ())
    assert listing.acts_for(admin.by, listing.Wanted()).entries[0].act.pk == done.whole.pk
    undone = take_back(done.whole, admin.by)
    assert facts() == before
    assert len(undone.undone) == 4
    take_back(undone.act, admin.by)
    assert facts() == after
    assert_sound()


def test_one_of_many_is_taken_back_alone_be_it_the_first_or_another(groups, admin):
    before = facts()
    done = merge(groups, admin.by)
    everybody = standing()
    part = Act.objects.filter(part_of=done.whole).latest("pk")
    for act in (part, done.whole):
        loser = Person.objects.get(pk=people_of(act)["loser"])
        undone = take_back(act, admin.by, alone=True)
        assert standing() == [pair for pair in everybody if pair[1] != loser.pk]
        take_back(undone.act, admin.by, with_dependents=True)
        assert standing() == everybody
        assert_sound()
    again = Act.objects.effective().filter(verb=people.MERGING, part_of=None).get()
    take_back(again, admin.by)
    assert facts() == before


def people_of(act: Act | None) -> dict[str, int]:
    assert act is not None
    why: dict[str, int] = json.loads(act.why)
    return why


def test_the_page_of_the_act_names_all_of_it_and_the_api_takes_back_the_first_alone(groups, admin):
    done = merge(groups, admin.by)
    page = admin.browser().get(f"/history/{done.whole.pk}/").content.decode()
    assert page.count("?alone=yes") == 4
    answer = program(admin)("post", f"/acts/{done.whole.pk}/undo", {"alone": True}).json()
    assert done.whole.pk in answer["undone"]
    assert len(standing()) == 3
    page = admin.browser().get(f"/history/{done.whole.pk}/").content.decode()
    assert "?alone=yes" not in page


def test_what_was_changed_since_stays_and_is_named(groups, admin):
    done = merge(groups, admin.by)
    survivor = one_who_stayed()
    people.edit_person(survivor, changes={"full_name": "Tên mới"}, by=admin.by, now=LATER)
    edit = Act.objects.latest("pk")
    came = touchpoints.record_touchpoint(survivor, kind="call", by=admin.by, now=LATER)
    touched = Act.objects.latest("pk")
    undone = take_back(done.whole, admin.by)
    survivor.refresh_from_db()
    came.refresh_from_db()
    assert (survivor.full_name, came.person_id) == ("Tên mới", survivor.pk)
    assert standing() == []
    assert {edit.pk, touched.pk} >= set(undone.stays) >= {touched.pk}


def test_a_later_merge_of_one_of_them_is_made_anew(groups, known, admin):
    done = merge(groups, admin.by)
    survivor = one_who_stayed()
    other = known("Ngô Thị Mai", email="mai@x.vn")
    people.merge_people(survivor, loser=other, by=admin.by, now=LATER)
    take_back(done.whole, admin.by)
    assert standing() == [(survivor.pk, other.pk)]
    assert_sound()


def test_many_that_were_merged_later_are_made_anew_and_still_belong_together(groups, known, admin):
    first = people.merge_people(groups[0][0], loser=groups[0][1], by=admin.by, now=LATER).act
    done = merge([[groups[0][0], groups[0][2]], groups[1], groups[2]], admin.by)
    take_back(first, admin.by)
    assert len(standing()) == 3
    again = Act.objects.effective().filter(verb=people.MERGING).order_by("position")
    assert [act.part_of_id for act in again] == [None, again[0].pk, again[0].pk]
    assert again[0].pk != done.whole.pk
    take_back(again[0], admin.by)
    assert standing() == []


def test_who_may_not_be_merged_any_more_stays_and_is_named(groups, known, admin):
    huong, tam, son = groups
    elsewhere = known("Ngô Thị Mai", email="mai@x.vn")
    people.tell_apart(huong[0], huong[2], by=admin.by, now=NOW)
    people.merge_people(elsewhere, loser=tam[1], by=admin.by, now=NOW)
    people.merge_people(son[0], loser=son[1], by=admin.by, now=NOW)
    before = standing()
    done = merge([*groups, [huong[0], Person(pk=10**9)]], admin.by)
    assert sorted(left.why for left in done.left) == ["already_one", "gone", "merged_elsewhere", "told_apart"]
    assert (done.merged, set(standing()) - set(before)) == (1, {(huong[0].pk, huong[1].pk)})


def test_nothing_to_merge_leaves_no_trace(groups, admin):
    last = Act.objects.latest("pk").pk
    assert merge([[groups[0][0]]], admin.by) == people.MergedMany(None)
    assert Act.objects.latest("pk").pk == last


def test_those_in_which_somebody_was_erased_stay_and_all_others_are_taken_back(groups, admin):
    done = merge(groups, admin.by)
    first = people_of(done.whole)
    privacy.erase_person(Person.objects.get(pk=first["survivor"]), reason="asked", by=admin.by, now=LATER)
    erased = [pair for pair in standing() if pair[0] == first["survivor"]]
    undone = take_back(done.whole, admin.by)
    assert standing() == erased
    assert undone.erased
    with pytest.raises(history.Refused, match="erased"):
        take_back(done.whole, admin.by)


STORY = st.lists(
    st.one_of(
        st.tuples(st.just("many"), st.lists(st.integers(0, 1), min_size=4, max_size=4)),
        st.tuples(st.just("two"), st.integers(0, 3), st.integers(0, 3)),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PEOPLE, STORY, st.randoms(use_true_random=False))
def test_whatever_was_merged_goes_back_in_any_order(ready, admin, everybody, story, luck: random.Random):
    def check():
        world = populate(everybody)
        before = facts()
        for step, (what, *more) in enumerate(story):
            now = LATER + timedelta(hours=step)
            if what == "many":
                chosen = [[pk for pk, at in zip(world.ids, more[0], strict=True) if at == side] for side in (0, 1)]
                people.merge_many(chosen, by=admin.by, clock=lambda now=now: now)
                continue
            one, other = map(world.person, more)
            if one.pk != other.pk:
                people.merge_people(one, loser=other, by=admin.by, now=now)
        while merges := list(Act.objects.effective().filter(verb=people.MERGING).order_by("pk")):
            take_back(luck.choice(merges), admin.by, alone=luck.random() < 0.5)
        assert facts() == before
        assert lifecycle.recompute(check=True, now=MUCH_LATER).total == 0
        assert history.verify().ok

    anew(check)
