"""Twenty press "convert" at the same moment: one opportunity, one account, one contact, on either database."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from khoi.accounts.models import Account, Contact
from khoi.leads.models import Lead
from khoi.pipeline.models import Opportunity, StageMove

TWENTY = 20
CHI = {"full_name": "Nguyễn Thị Mai Chi", "phones": ["0901 000 123"], "company_name": "Bao bì Lá Sen"}


def all_at_once(ask):
    """``ask`` twenty times, each in a thread with a connection of its own, from one starting line."""
    line = Barrier(TWENTY)

    def run(number):
        try:
            line.wait(timeout=30)
            return ask(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(TWENTY) as threads:
        return list(threads.map(run, range(TWENTY)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", ["one-key", None])
def test_twenty_converts_make_one_opportunity(program, key):
    lead = program.post("/leads", CHI).json()["id"]
    headers = {"idempotency_key": key} if key else {}
    answers = all_at_once(lambda _: program.post(f"/leads/{lead}/convert", {}, **headers))

    assert {answer.json()["opportunity"]["id"] for answer in answers} == {str(Opportunity.objects.get().public_id)}
    expected = {201: TWENTY} if key else {201: 1, 200: TWENTY - 1}
    assert Counter(answer.status_code for answer in answers) == expected
    assert (Account.objects.count(), Contact.objects.count(), StageMove.objects.count()) == (1, 1, 1)
    assert Lead.objects.get().lifecycle_stage == "opportunity"


@pytest.mark.django_db(transaction=True)
def test_twenty_times_the_same_enquiry_by_its_id_elsewhere_is_one_lead(program):
    answers = all_at_once(lambda _: program.put("/leads/by-external-id/web/7", CHI))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: TWENTY - 1}
    assert Lead.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_enquiries_of_one_person_are_twenty_leads_of_one_person(program):
    answers = all_at_once(lambda number: program.post("/leads", CHI | {"need": f"Việc {number}"}))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["person"]["id"] for answer in answers}) == 1
    assert Lead.objects.count() == TWENTY
