"""What is rebuilt follows whatever it was made from, whichever record was written."""

from datetime import timedelta

import pytest

from khoi.accounts import services as accounts
from khoi.accounts.models import Account
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.pipeline.models import Opportunity
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
