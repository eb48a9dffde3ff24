"""A form sent twenty times at the same moment: impatient fingers, a retrying network, a proxy that doubles."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from khoi.capture import services as capture
from khoi.capture.models import Submission
from khoi.history.rules.actors import SYSTEM
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.touchpoints.models import Touchpoint
from tests.cast import NOW

TWENTY = 20
CHI = {"name": "Nguyễn Thị Mai Chi", "phone": "0901 000 123"}


def all_at_once(send):
    line = Barrier(TWENTY)

    def run(number):
        try:
            line.wait(timeout=30)
            return send(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(TWENTY) as threads:
        return list(threads.map(run, range(TWENTY)))


def put(form, key, **more):
    about = {"language": "vi", "ip": "203.0.113.7", "user_agent": "", "now": NOW}
    return capture.submit_form(form, CHI | more, key=key, **about)  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_with_one_key_it_is_one_lead_and_everybody_gets_it(ready):
    form = capture.prepare_forms(by=SYSTEM, now=NOW)
    receipts = all_at_once(lambda _: put(form, "one-key"))

    assert {receipt.lead for receipt in receipts} == {Lead.objects.get()}
    assert [receipt.already for receipt in receipts].count(False) == 1
    assert (Submission.objects.count(), Touchpoint.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_with_twenty_keys_it_is_twenty_leads_of_one_person(ready):
    form = capture.prepare_forms(by=SYSTEM, now=NOW)
    all_at_once(lambda number: put(form, f"key-{number}", message=str(number)))

    assert (Lead.objects.count(), Person.objects.count()) == (TWENTY, 1)
