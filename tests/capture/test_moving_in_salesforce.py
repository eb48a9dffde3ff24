"""A developer org of Salesforce, as its weekly export writes it: every file at once, without a mapping."""

from datetime import date

import pytest

from khoi.accounts.models import Contact
from khoi.capture.services.importing import Source, import_files
from khoi.history.models import Act
from khoi.history.services import undo_act
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.pipeline.models import Opportunity
from khoi.reports.queries.pipeline import pipeline
from khoi.team.rules import OWNER_OF_THE_MACHINE as BY
from tests.capture.importing import facts
from tests.cast import NOW

pytestmark = [pytest.mark.data, pytest.mark.django_db]
#: What points at something before what it points at.
FILES = ("OpportunityHistory", "Opportunity", "Lead", "Contact", "Account")
ROWS = {"account": 18, "person": 25, "lead": 22, "opportunity": 36, "stage_move": 48}


@pytest.fixture
def org(shared_data):
    folder = shared_data / "crm_exports" / "salesforce_dev_org"
    return [Source((folder / f"{name}.csv").read_bytes(), f"{name}.csv") for name in FILES]


def move(files):
    return import_files(files, by=BY, now=NOW)


def test_a_whole_org_moves_in_once_and_out_to_the_byte(ready, admin, org):
    empty = facts()
    result = move(org)
    assert {file.rows_are: file.created for file in result.files} == ROWS
    assert (result.counts["rejected"], list(result.listed)) == (0, ["owners"])

    full = facts()
    assert move(org).act_id is None
    assert facts() == full
    assert lifecycle.recompute(check=True, now=NOW).total == 0

    undo_act(Act.objects.get(pk=result.act_id), by=BY, now=NOW)
    assert facts() == empty


def test_its_leads_contacts_and_past_pipeline_are_known(ready, admin, org):
    move(org)
    converted = Lead.objects.filter(opportunity__isnull=False).select_related("opportunity")
    assert len(converted) == 5
    for lead in converted:
        assert (lead.account_id, lead.person_id) == (lead.opportunity.account_id, lead.opportunity.person_id)
        assert Contact.objects.filter(person=lead.person_id, account=lead.account_id).exists()
    assert Contact.objects.count() == 25
    assert Lead.objects.filter(work_status="closed").count() == 8

    days = (date(2026, 2, 23), date(2026, 2, 24), date(2026, 3, 7))
    totals = [pipeline(as_of=day, actor=BY).total for day in days]
    assert [(total.open_count, total.open_amount) for total in totals] == [(n, 2_115_000) for n in (13, 16, 16)]
    assert pipeline(as_of=days[2], known="then", actor=BY).total.open_count == 0

    org[1] = Source(
        org[1].content.replace(b"Grand Hotels SLA,,Closed Won,90000", b"Grand Hotels SLA,,Closed Won,91000"), "O.csv"
    )
    assert move(org).counts["updated"] == 1
    assert Opportunity.objects.get(name="Grand Hotels SLA").amount == 91_000
