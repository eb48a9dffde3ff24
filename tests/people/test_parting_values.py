"""A value of one's own that came with one of two people and was changed since: taken back, each keeps theirs."""

from datetime import timedelta

import pytest
from django.db.models import Q

from khoi.custom import services as custom
from khoi.custom.queries import values_of
from khoi.history import services as history
from khoi.history.models import Act, Change
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.people.models import Person
from khoi.privacy import services as privacy
from khoi.timemachine import services as timemachine
from tests.cast import NOW

LATER = NOW + timedelta(days=2)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(ready, admin, known):
    """The survivor, and the other, who knows the floor."""
    custom.add_field("person", type="text", label="floor", by=admin.by, now=NOW)
    survivor, loser = known("Phạm Thu Hương", email="huong@nuocsach.example"), known("Hương", phone="0912 345 678")
    custom.set_values(loser, {"floor": "5"}, by=admin.by, now=NOW)
    return survivor, loser


def merged(pair, admin):
    return people.merge_people(pair[0], loser=pair[1], by=admin.by, now=NOW).act


def taken_back(act, admin):
    return timemachine.undo(Act.objects.get(pk=act.pk), by=admin.by, now=LATER)


def floors(pair):
    found = values_of(list(Person.objects.filter(pk__in=[person.pk for person in pair])))
    return [found.get(person.pk, {}).get("floor") for person in pair]


def test_the_value_of_then_goes_back_and_the_one_of_now_stays_and_is_named(pair, admin):
    act = merged(pair, admin)
    custom.set_values(pair[0], {"floor": "6"}, by=admin.by, now=LATER)
    edit = Act.objects.latest("pk")
    custom.set_values(pair[0], {"floor": "7"}, by=admin.by, now=LATER)
    undone = taken_back(act, admin)

    assert floors(pair) == ["7", "5"]
    assert edit.pk in undone.stays
    assert lifecycle.recompute(check=True, now=LATER).total == 0


def test_one_that_was_emptied_since_is_the_losers_again(pair, admin):
    act = merged(pair, admin)
    custom.set_values(pair[0], {"floor": None}, by=admin.by, now=LATER)
    taken_back(act, admin)

    assert floors(pair) == [None, "5"]


def test_one_that_nobody_changed_or_that_was_changed_back_leaves_nothing_behind(pair, admin):
    act = merged(pair, admin)
    custom.set_values(pair[0], {"floor": "6"}, by=admin.by, now=LATER)
    custom.set_values(pair[0], {"floor": "5"}, by=admin.by, now=LATER)
    taken_back(act, admin)

    assert floors(pair) == [None, "5"]


def test_merged_again_the_survivors_stays_and_taken_back_again_both_have_theirs(pair, admin):
    act = merged(pair, admin)
    custom.set_values(pair[0], {"floor": "6"}, by=admin.by, now=LATER)
    undone = taken_back(act, admin)
    again = taken_back(undone.act, admin)
    assert floors(pair)[0] == "6"

    taken_back(again.act, admin)
    assert floors(pair) == ["6", "5"]


def test_what_was_entered_while_they_were_apart_is_not_parted(pair, admin):
    undone = taken_back(merged(pair, admin), admin)
    custom.set_values(pair[1], {"floor": "9"}, by=admin.by, now=LATER)
    again = taken_back(undone.act, admin)
    taken_back(again.act, admin)

    assert floors(pair) == [None, "9"]


def test_of_several_choices_each_keeps_those_it_had(pair, admin):
    several = [{"label": "Gold", "code": "gold"}, {"label": "Vip", "code": "vip"}]
    custom.add_field("person", type="multi_choice", label="kind", choices=several, by=admin.by, now=NOW)
    custom.set_values(pair[1], {"kind": ("gold",)}, by=admin.by, now=NOW)
    act = merged(pair, admin)
    custom.set_values(pair[0], {"kind": ("vip",)}, by=admin.by, now=LATER)
    taken_back(act, admin)

    found = values_of(list(pair))
    assert [found[person.pk].get("kind") for person in pair] == [("vip",), ("gold",)]


def test_after_a_later_merge_too(pair, known, admin):
    third = known("Hương P.", phone="0977 000 111")
    custom.set_values(third, {"floor": "3"}, by=admin.by, now=NOW)
    act = merged(pair, admin)
    custom.set_values(pair[0], {"floor": "6"}, by=admin.by, now=LATER)
    people.merge_people(pair[0], loser=third, by=admin.by, now=LATER)
    taken_back(act, admin)

    assert floors(pair) == ["6", "5"]
    assert Person.objects.get(pk=third.pk).merged_into == pair[0]
    assert lifecycle.recompute(check=True, now=LATER).total == 0


def test_of_two_merges_in_a_row_each_gives_back_what_came_with_it(pair, known, admin):
    third = known("Hương P.", phone="0977 000 111")
    first = merged(pair, admin)
    second = people.merge_people(third, loser=pair[0], by=admin.by, now=LATER).act
    custom.set_values(third, {"floor": "6"}, by=admin.by, now=LATER)
    taken_back(second, admin)
    taken_back(first, admin)

    assert floors([*pair, third]) == [None, "5", "6"]


@pytest.mark.parametrize(("who", "word"), [(0, "of the survivor"), (1, "of the loser")])
def test_law_05_of_whom_is_erased_since_no_value_is_left_with_the_other(pair, admin, who, word):
    custom.set_values(pair[1], {"floor": "of the loser"}, by=admin.by, now=NOW)
    act = merged(pair, admin)
    custom.set_values(pair[0], {"floor": "of the survivor"}, by=admin.by, now=LATER)
    taken_back(act, admin)
    privacy.erase_person(Person.objects.get(pk=pair[who].pk), by=admin.by, now=LATER)

    assert not Change.objects.filter(Q(personal__contains=word) | Q(before__contains=word)).exists()
    assert floors(pair)[1 - who] == ("of the loser", "of the survivor")[who == 1]
    assert history.verify().ok
