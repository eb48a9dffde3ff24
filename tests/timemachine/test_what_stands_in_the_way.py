"""What stands in an undo's way: rows that would point at nothing, and no column that only repeats whose a record is,
as a decision names the person of its lead or deal."""

from datetime import timedelta

import pytest

from khoi.history import services as history
from khoi.history.models import Act
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.people.models import Person
from khoi.pipeline.models import StageMove
from khoi.qualification.models import StageChange
from khoi.timemachine import services as timemachine
from tests.cast import NOW, acting
from tests.timemachine.conftest import add_lead

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def pair(ready, an):
    return add_lead(an, "Hoa Mot"), add_lead(an, "Hoa Hai")


@pytest.fixture
def converted(pair, an):
    """The second of the two leads; of the act with which it became a deal."""
    lifecycle.convert_lead(pair[1], by=an.by, now=NOW)
    return Act.objects.get(verb="convert_lead")


def merge(survivor, loser, an):
    return people.merge_people(survivor.person, loser=loser.person, by=an.by, now=NOW).act


def undo(act, member):
    return timemachine.undo(act, by=member.by, now=LATER, with_dependents=True)


def people_named():
    decided = StageChange.objects.filter(to_stage="opportunity").values_list("person", flat=True)
    return {*decided, *StageMove.objects.values_list("person", flat=True)}


def test_the_capture_of_the_survivor_goes_with_the_merge_and_leaves_the_conversion(pair, converted, an, admin):
    merging = merge(pair[0], pair[1], an)
    capture = Act.objects.filter(verb="capture_lead").earliest("id")
    assert set(undo(capture, admin).undone) == {capture.pk, merging.pk}
    pair[1].refresh_from_db()
    assert (pair[1].opportunity.person_id, people_named()) == (pair[1].person_id, {pair[1].person_id})


def test_two_come_apart_though_a_decision_once_named_somebody_who_is_gone(pair, converted, an, admin):
    """The decision went with the first merge naming its survivor, and comes back with the second one."""
    merge(pair[0], pair[1], an)
    both = lifecycle.delete_records([pair[0].person], by=admin.by, now=NOW, along=None)
    undo(Act.objects.get(verb="merge_people"), admin)
    lifecycle.delete_records([pair[0].person], by=admin.by, now=NOW, along=None)
    third = add_lead(an, "Hoa Ba")
    merging = merge(third, Lead.objects.get(pk=pair[1].pk), an)
    deletion = lifecycle.delete_records([third.person], by=admin.by, now=NOW, along=None)

    assert set(undo(merging, admin).undone) == {merging.pk, deletion.pk}
    assert (people_named(), both.undone_by_id is None) == ({pair[1].person_id}, True)
    assert not Person.objects.filter(pk=pair[0].person_id).exists()


def test_a_deletion_done_again_names_what_came_to_the_person_after_they_were_restored(pair, an, admin):
    """That hangs on somebody who goes with the first deletion, though a second one took it away together with them."""
    person = pair[0].person
    first = lifecycle.delete_records([person], by=admin.by, now=NOW, along=None)
    restoring = undo(first, admin).act
    with acting("capture_lead", by=an.by) as capture:
        Lead.objects.create(person=person, owner=an.user, arrived_at=NOW, created_at=NOW)
    second = lifecycle.delete_records([person], by=admin.by, now=NOW, along=None)

    with pytest.raises(history.Refused) as refused:
        timemachine.undo(restoring, by=admin.by, now=LATER)
    assert refused.value.dependents == (capture.pk, second.pk)
