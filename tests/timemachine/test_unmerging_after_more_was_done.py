"""A merge is taken back though more was done since: what stands in the way is named, what stays is told."""

from datetime import timedelta

import pytest

from khoi.activities import services as activities
from khoi.history import services as history
from khoi.history.models import Act
from khoi.leads import services as leads
from khoi.leads.models import LeadReference
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.people.models import Person
from khoi.timemachine import services as timemachine
from khoi.timemachine.queries.dump import canonical
from tests.cast import NOW, acting
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


def test_later_edits_that_stay_are_listed_when_a_conversion_came_between(pair, an, admin):
    merging = merge(pair, an)
    pair[1].refresh_from_db()
    converted = lifecycle.convert_lead(pair[1], by=an.by, now=NOW)
    converting = Act.objects.get(verb="convert_lead")
    stays = undo(merging, admin).stays

    assert stays == (converting.pk,)
    converted.opportunity.refresh_from_db()
    assert (converted.opportunity.person.full_name, converted.account.name) == ("Hoa Hai", "Hoa Mot")


def test_what_was_noted_of_the_survivor_meanwhile_is_listed_and_what_goes_back_is_not(pair, an, admin):
    merging = merge(pair, an)
    survivor = Person.objects.get(pk=pair[0].person_id)
    activities.log_activity(survivor, kind="note", body="x", occurred_at=NOW, by=an.by, now=NOW)
    noted = Act.objects.latest("id")
    pair[1].refresh_from_db()
    leads.edit_lead(pair[1], changes={"need": "máy lọc"}, by=an.by, now=NOW)
    assert undo(merging, admin).stays == (noted.pk,)


def test_the_page_says_that_something_stays(pair, an, admin):
    merging = merge(pair, an)
    survivor = Person.objects.get(pk=pair[0].person_id)
    activities.log_activity(survivor, kind="note", body="x", occurred_at=NOW, by=an.by, now=NOW)
    page = admin.browser().post(f"/history/{merging.pk}/undo/", follow=True).content.decode()
    assert "1 thao tác sau còn để lại dữ liệu ở người được giữ" in page


def test_a_deal_that_was_restored_meanwhile_goes_back_with_its_lead(pair, an, admin):
    deal = lifecycle.convert_lead(pair[1], by=an.by, now=NOW).opportunity
    deletion = lifecycle.delete_records([deal], by=admin.by, now=NOW, along=None)
    merging = merge(pair, an)
    undo(deletion, admin)
    deal.refresh_from_db()
    assert deal.person_id == pair[0].person_id
    undo(merging, admin)
    deal.refresh_from_db()
    assert deal.person_id == pair[1].person_id


def test_a_lead_that_was_restored_meanwhile_is_whose_it_was(pair, an, admin):
    deletion = lifecycle.delete_records([pair[1]], by=admin.by, now=NOW, along=None)
    merging = merge(pair, an)
    undo(deletion, admin)
    pair[1].refresh_from_db()
    assert pair[1].person_id == pair[0].person_id
    undo(merging, an)
    pair[1].refresh_from_db()
    assert pair[1].person.full_name == "Hoa Hai"


def test_two_who_were_deleted_come_apart_with_all_of_theirs_or_not_at_all(pair, an, admin):
    """Their number in another system is somebody else's by now."""
    number = {"system": "old", "external_id": "1"}
    with acting():
        LeadReference.objects.create(lead=pair[1], **number)
    merging = merge(pair, an)
    lifecycle.delete_records([pair[0].person], by=admin.by, now=NOW, along=None)
    other = add_lead(an, "Hoa Ba")
    with acting():
        LeadReference.objects.create(lead=other, **number)
    with pytest.raises(history.Refused, match="clash"):
        undo(merging, admin, with_dependents=True)
    assert [one.full_name for one in Person.objects.all()] == ["Hoa Ba"]


def test_somebody_who_goes_together_with_the_merge_leaves_no_name_with_the_survivor(pair, an, admin):
    merge(pair, an)
    lifecycle.delete_records([pair[1]], by=admin.by, now=NOW, along=None)
    undo(Act.objects.filter(verb="capture_lead").latest("id"), admin, with_dependents=True)
    assert "hai" not in Person.objects.get().search
    assert lifecycle.recompute(check=True, now=LATER).total == 0
