"""Several merge, and write to the same people, at the same moment, on either database."""

import pytest

from khoi.history import services as history
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.people.models import Person
from tests.cast import NOW
from tests.lifecycle.test_converting_at_once import TWENTY, all_at_once
from tests.people.conftest import Known

pytestmark = pytest.mark.django_db(transaction=True)


def assert_one_survivor():
    survivor = Person.objects.live().get()
    assert {lead.person_id for lead in Lead.objects.all()} == {survivor.pk}
    assert lifecycle.recompute(check=True, now=NOW).total == 0
    assert history.verify().ok


def test_twenty_merge_the_same_two_both_ways_round(known: Known, admin):
    one, other = known("Phạm Hương", email="a@x.vn"), known("Hương Phạm", email="b@x.vn")

    def merge(number: int) -> bool:
        survivor, loser = (one, other) if number % 2 else (other, one)
        stays, goes = Person.objects.get(pk=survivor.pk), Person.objects.get(pk=loser.pk)
        return people.merge_people(stays, loser=goes, by=admin.by, now=NOW).already

    assert sorted(all_at_once(merge)) == [False] + [True] * (TWENTY - 1)
    assert_one_survivor()


def test_whoever_comes_in_while_two_are_merged_ends_with_the_survivor(known: Known, admin):
    one, other = known("Phạm Hương", email="a@x.vn"), known("Hương Phạm", email="b@x.vn")

    def act(number: int) -> None:
        if number == TWENTY // 2:
            people.merge_people(one, loser=Person.objects.get(pk=other.pk), by=admin.by, now=NOW)
        else:
            again = lifecycle.Enquiry(full_name="Hương", emails=(f"{'ab'[number % 2]}@x.vn",), need=str(number))
            lifecycle.capture_lead(again, by=admin.by, now=NOW)

    all_at_once(act)
    assert Lead.objects.count() == TWENTY + 1
    assert_one_survivor()
