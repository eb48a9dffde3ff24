"""What is rebuilt follows whatever it was made from, whichever record was written."""

from datetime import timedelta

import pytest

from khoi.accounts import services as accounts
from khoi.accounts.models import Account
from khoi.history.models import Act
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.pipeline.models import Opportunity
from khoi.timemachine import services as timemachine
from tests.cast import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def lead(ready, admin):
    enquiry = lifecycle.Enquiry(full_name="Phạm Hương", emails=("huong@x.vn",), company_name="Nước Sạch")
    return lifecycle.capture_lead(enquiry, by=admin.by, now=NOW).lead


def drift():
    return lifecycle.recompute(check=True, now=LATER)


def test_a_deal_is_found_by_the_new_name_of_its_person(lead, admin):
    lifecycle.convert_lead(lead, by=admin.by, now=NOW)
    people.edit_person(lead.person, changes={"full_name": "Phạm Hoa"}, by=admin.by, now=LATER)

    assert "hoa" in Opportunity.objects.get().search
    assert drift().total == 0


def test_a_deal_is_found_by_the_new_name_of_its_account(lead, admin):
    lifecycle.convert_lead(lead, by=admin.by, now=NOW)
    accounts.edit_account(Account.objects.get(), changes={"name": "Suối Trong"}, by=admin.by, now=LATER)

    assert "suoi" in Opportunity.objects.get().search
    assert drift().total == 0


def test_what_comes_back_names_whose_the_lead_has_become_meanwhile(lead, admin):
    lifecycle.convert_lead(lead, by=admin.by, now=NOW)
    undone = timemachine.undo(Act.objects.latest("id"), by=admin.by, now=NOW)
    other = people.add_person(full_name="Hương", by=admin.by, now=NOW)
    people.merge_people(other, loser=lead.person, by=admin.by, now=LATER)
    timemachine.undo(undone.act, by=admin.by, now=LATER)

    assert set(lead.stage_changes.values_list("person", flat=True)) == {other.pk}
    assert drift().total == 0
