"""Changing how somebody is reached."""

import pytest

from khoi.history.models import Act, Change, code_of
from khoi.people import services as people
from khoi.people.models import ContactPoint
from khoi.timemachine import services as timemachine
from tests.cast import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def huong(ready, admin):
    return people.add_person(full_name="Hương", emails=["a@x.vn", "b@x.vn"], by=admin.by, now=NOW)


def list_emails(person, admin, *emails):
    people.edit_person(person, changes={"emails": list(emails)}, by=admin.by, now=NOW)
    return Act.objects.latest("id")


def test_the_same_addresses_again_leave_no_act(huong, admin):
    before = Act.objects.latest("id")
    assert list_emails(huong, admin, "a@x.vn", "b@x.vn") == before


def test_who_stays_first_is_not_touched_by_one_address_more(huong, admin):
    act = list_emails(huong, admin, "a@x.vn", "b@x.vn", "c@x.vn")
    assert list(Change.objects.filter(act=act, tbl=code_of(ContactPoint)).values_list("op", flat=True)) == ["i"]


def test_an_address_more_does_not_stand_in_the_way_of_taking_an_earlier_one_back(huong, admin):
    earlier = list_emails(huong, admin, "a@x.vn", "b@x.vn", "c@x.vn")
    list_emails(huong, admin, "a@x.vn", "b@x.vn", "c@x.vn", "d@x.vn")
    timemachine.undo(earlier, by=admin.by, now=NOW)

    assert list(huong.contact_points.order_by("id").values_list("normal", flat=True)) == ["a@x.vn", "b@x.vn", "d@x.vn"]
