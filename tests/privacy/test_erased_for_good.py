"""What was erased comes back by no undo, and nothing of it waits in history."""

from datetime import timedelta

import pytest

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


def test_the_erasure_of_somebody_without_a_name_is_not_taken_back(ready, admin):
    lead = capture(admin, company_name="Sen")
    lifecycle.delete_records([lead], by=admin.by, now=NOW, along=None)
    erased = privacy.erase_person(Person.objects.get(), by=admin.by, now=NOW)
    with pytest.raises(Refused) as refused:
        timemachine.undo(erased.act, by=admin.by, now=LATER)

    assert refused.value.reason == "erased"
    assert Person.objects.get().erased_at is not None
