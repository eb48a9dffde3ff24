"""What was erased comes back by no undo, and nothing of it waits in history."""

from datetime import timedelta

import pytest
from django.db import connection

from khoi.history.models import Act
from khoi.history.services import Refused
from khoi.lifecycle import services as lifecycle
from khoi.people.models import Person
from khoi.privacy import services as privacy
from khoi.timemachine import services as timemachine
from tests.cast import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


def capture(admin, **said):
    return lifecycle.capture_lead(lifecycle.Enquiry(**said), by=admin.by, now=NOW).lead


def words_of_history():
    with connection.cursor() as cursor:
        cursor.execute("select before, personal from history_change")
        return str(cursor.fetchall())


def test_the_erasure_of_somebody_without_a_name_is_not_taken_back(ready, admin):
    lead = capture(admin, company_name="Sen")
    lifecycle.delete_records([lead], by=admin.by, now=NOW, along=None)
    erased = privacy.erase_person(Person.objects.get(), by=admin.by, now=NOW)
    with pytest.raises(Refused) as refused:
        timemachine.undo(erased.act, by=admin.by, now=LATER)

    assert refused.value.reason == "erased"
    assert Person.objects.get().erased_at is not None


def test_an_account_in_their_name_that_was_taken_back_leaves_no_name(ready, admin):
    lead = capture(admin, full_name="Phạm Thị Hương", emails=("huong@x.vn",))
    lifecycle.convert_lead(lead, by=admin.by, now=NOW)
    timemachine.undo(Act.objects.latest("id"), by=admin.by, now=NOW)
    privacy.erase_person(Person.objects.get(), by=admin.by, now=LATER)

    assert "Hương" not in words_of_history()
