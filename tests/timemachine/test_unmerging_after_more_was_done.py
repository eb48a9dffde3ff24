"""A merge is taken back though more was done since: what stands in the way is named, what stays is told."""

from datetime import timedelta

import pytest

from khoi.history import services as history
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.people.models import Person
from khoi.timemachine import services as timemachine
from khoi.timemachine.queries.dump import canonical
from tests.cast import NOW
from tests.timemachine.conftest import add_lead

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def pair(ready, an):
    return add_lead(an, "Hoa Mot"), add_lead(an, "Hoa Hai")


def merge(pair, an):
    return people.merge_people(pair[0].person, loser=pair[1].person, by=an.by, now=NOW).act


def undo(act, member, **how):
    return timemachine.undo(act, by=member.by, now=LATER, **how)


def test_un_merge_after_the_survivor_was_deleted_names_the_deletion_and_takes_it_back_too(pair, an, admin):
    before = list(canonical())
    merging = merge(pair, an)
    deletion = lifecycle.delete_records([pair[0].person], by=admin.by, now=NOW, along=None)
    with pytest.raises(history.Refused) as refused:
        undo(merging, admin)

    assert (refused.value.reason, refused.value.dependents) == ("dependents", (deletion.pk,))
    assert set(undo(merging, admin, with_dependents=True, agreed=[deletion.pk]).undone) == {merging.pk, deletion.pk}
    assert list(canonical()) == before
    assert sorted(Person.objects.values_list("full_name", flat=True)) == ["Hoa Hai", "Hoa Mot"]


def test_another_deletion_than_the_one_that_was_shown_is_not_taken_back(pair, an, admin):
    merging = merge(pair, an)
    deletion = lifecycle.delete_records([pair[0].person], by=admin.by, now=NOW, along=None)
    with pytest.raises(history.Refused, match="dependents"):
        undo(merging, admin, with_dependents=True, agreed=[deletion.pk + 1])
    assert not Person.objects.exists()


def test_the_page_offers_to_take_the_deletion_back_together(pair, an, admin):
    merging = merge(pair, an)
    deletion = lifecycle.delete_records([pair[0].person], by=admin.by, now=NOW, along=None)
    browser = admin.browser()
    asked = browser.post(f"/history/{merging.pk}/undo/")
    assert (asked.status_code, f'value="{deletion.pk}"' in asked.content.decode()) == (409, True)
    browser.post(f"/history/{merging.pk}/undo/", {"agreed": str(deletion.pk)})
    assert Person.objects.filter(merged_into=None).count() == 2
