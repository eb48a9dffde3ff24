"""Files of deals, found through their leads or through people and companies."""

from datetime import UTC, date, datetime

import pytest

from khoi.accounts.models import Account, Contact
from khoi.history.models import Act
from khoi.history.services import Refused, undo_act
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.pipeline.models import Opportunity, StageMove
from khoi.qualification.models import StageChange
from tests.capture.importing import DEALS, facts, take
from tests.cast import NOW

LEADS = ["ID,Name,Email,Came", "1,Đỗ Thị Lan,lan@sen.example,2026-03-04", "2,Vũ Văn Nam,nam@tre.example,2026-03-05"]
HEAD = "ID,Deal,Company,Amount,Closing,Stage,Won,Lost,Why,Opened,Result,Segment"
WON = "1,Bình gốm,Gốm Chu,12.000.000,2026-05-01,,2026-04-30 10:00,,,2026-03-20,won,pets"
LOST = "2,,,,,,,2026-06-01,price,,lost,"
UTC_WON = datetime(2026, 4, 30, 3, tzinfo=UTC)


@pytest.fixture
def by(ready, chi):
    take(chi.by, *LEADS)
    return chi.by


def deals(by, *lines, **more):
    return take(by, HEAD, *lines, mapping=more.pop("mapping", DEALS), **more)


def test_a_won_deal_makes_its_lead_a_customer_on_that_day(by):
    result = deals(by, WON)
    deal = Opportunity.objects.select_related("lead", "stage", "account").get()

    assert (result.created, deal.name, deal.amount, deal.close_on) == (1, "Bình gốm", 12_000_000, date(2026, 5, 1))
    assert (deal.stage.kind, deal.closed_at, deal.account.name) == ("won", UTC_WON, "Gốm Chu")
    assert (deal.lead.lifecycle_stage, deal.lead.work_status) == ("customer", "closed")
    change = StageChange.objects.get(lead=deal.lead, to_stage="customer")
    assert (change.basis, change.occurred_at) == ("imported", UTC_WON)
    assert deal.lead.extras == {"Segment": "pets"}


def test_its_moves_are_dated_as_the_file_says(by):
    deals(by, WON)
    moves = StageMove.objects.order_by("id").values_list("from_stage__code", "to_stage__code", "basis", "occurred_at")

    assert list(moves) == [
        (None, "prospecting", "imported", datetime(2026, 3, 19, 17, tzinfo=UTC)),
        ("prospecting", "closed_won", "imported", UTC_WON),
    ]


def test_the_person_becomes_a_contact_of_the_account(by):
    deals(by, WON)
    contact = Contact.objects.get()

    assert contact.person == Person.objects.get(full_name="Đỗ Thị Lan")
    assert contact.account.name == "Gốm Chu"
    assert Opportunity.objects.get().contact == contact


def test_a_lost_deal_takes_its_lead_out_with_the_reason(by):
    deals(by, LOST)
    deal = Opportunity.objects.select_related("lead").get()

    assert (deal.lost_reason, deal.account, deal.amount) == ("price", None, None)
    assert (deal.lead.lifecycle_stage, deal.lead.exit_reason) == ("disqualified", "price")


def test_the_same_deals_again_change_nothing(by):
    deals(by, WON, LOST)
    before = facts()
    again = deals(by, WON, LOST)

    assert (again.act_id, again.unchanged) == (None, 2)
    assert facts() == before


def test_a_deal_that_goes_on_is_moved_and_a_corrected_amount_is_kept(by):
    open_deal = "1,Bình gốm,,10.000.000,,proposal,,,,2026-03-20,,"
    deals(by, open_deal)
    assert Opportunity.objects.get().stage.code == "proposal"
    result = deals(by, WON)

    deal = Opportunity.objects.get()
    assert (result.updated, deal.stage.code, deal.amount) == (1, "closed_won", 12_000_000)
    assert Lead.objects.get(pk=deal.lead_id).lifecycle_stage == "customer"


def test_an_open_deal_makes_its_lead_an_opportunity_and_reopens_no_customer(by):
    deals(by, WON, "2,Ấm,,,,proposal,,,,2026-03-20,,")
    deals(by, WON, "1,Khay,,,,proposal,,,,2026-03-20,,")

    assert dict(Lead.objects.values_list("references__external_id", "lifecycle_stage")) == {
        "1": "customer",
        "2": "opportunity",
    }


def test_deals_of_leads_nobody_knows_are_rejected(by):
    result = deals(by, WON, WON.replace("1,", "99,", 1), WON.replace("1,", ",", 1))

    assert (result.created, result.rejected) == (1, 2)
    assert {kind["code"] for kind in result.problems} == {"no_lead", "no_join"}


def test_a_stage_nobody_knows_rejects_the_row(by):
    result = deals(by, "1,Bình gốm,,,,Đang bay,,,,,,")

    assert [(kind["code"], kind["value"]) for kind in result.problems] == [("unknown_stage", "Đang bay")]


def test_won_before_the_first_contact_is_kept_with_a_warning(by):
    result = deals(by, WON.replace("2026-04-30", "2026-01-30").replace("2026-03-20", ""))

    assert [kind["code"] for kind in result.warnings] == ["won_before_first_contact"]
    assert Lead.objects.get(lifecycle_stage="customer").opportunity.closed_at.month == 1


def test_a_second_deal_of_a_lead_belongs_to_the_same_person(by):
    lines = [WON, WON.replace("Bình gốm", "Chum gốm")]
    first, second = deals(by, *lines), deals(by, *lines)

    assert (first.created, second.act_id) == (2, None)
    assert [deal.lead is None for deal in Opportunity.objects.order_by("id")] == [False, True]


def test_taking_deals_back_restores_their_leads(by):
    before = facts()
    result = deals(by, WON, LOST)
    undo_act(Act.objects.get(pk=result.act_id), by=by, now=NOW)

    assert facts() == before


def test_leads_with_deals_are_not_taken_back_alone(by):
    leads = Act.objects.filter(verb="import_file").latest("id")
    result = deals(by, WON)
    with pytest.raises(Refused) as refused:
        undo_act(leads, by=by, now=NOW)
    assert refused.value.dependents == (result.act_id,)
    undo_act(leads, by=by, now=NOW, with_dependents=True)

    assert not Lead.objects.exists()


WITHOUT_LEADS = DEALS.replace('[join]\ncolumn = "ID"\nsystem = "old-crm"\n', "").replace(
    "[columns]", '[columns]\nWho = "person_name"\nMail = "email"'
)


def test_deals_without_leads_belong_to_people_or_to_whoever_speaks_for_the_company(by):
    head = "Who,Mail,Deal,Company,Amount"
    lines = ["Lan,lan@sen.example,Ấm,Sen,1.000", ",,Chén,Tre Việt,2.000", ",,Đĩa,Công ty TNHH Tre Việt,3.000"]
    first = take(by, head, *lines, mapping=WITHOUT_LEADS)
    second = take(by, head, *lines, mapping=WITHOUT_LEADS)

    assert (first.created, second.unchanged, second.act_id) == (3, 3, None)
    assert Account.objects.count() == 2
    assert Opportunity.objects.get(name="Ấm").lead.person.full_name == "Đỗ Thị Lan"
    assert Opportunity.objects.get(name="Chén").person == Opportunity.objects.get(name="Đĩa").person


def test_a_second_row_of_somebody_new_fills_their_blanks_the_first_time_already(by):
    mapping = WITHOUT_LEADS.replace("[columns]", '[columns]\nTitle = "job_title"\nTel = "phone"')
    lines = ["Who,Mail,Title,Tel,Deal", "Hoa,hoa@mai.example,,,Ấm", "Hoa,hoa@mai.example,Chủ,0912345678,Chén"]
    take(by, *lines, mapping=mapping)
    hoa = Person.objects.get(full_name="Hoa")

    assert (hoa.job_title, hoa.contact_points.count()) == ("Chủ", 2)
    assert take(by, *lines, mapping=mapping).act_id is None


def test_somebody_without_an_address_is_known_again_by_name_and_company(by):
    lines = ["Who,Deal,Company", "Hoa,Ấm,Sen", "Hoa,Chén,Công ty Sen", "Hoa,Đĩa,Tre", "Mai,Bát,Sen"]
    first = take(by, *lines, mapping=WITHOUT_LEADS)
    second = take(by, *lines, mapping=WITHOUT_LEADS)

    assert (first.created, second.unchanged, second.act_id) == (4, 4, None)
    of = dict(Opportunity.objects.values_list("name", "person"))
    assert of["Ấm"] == of["Chén"]
    assert len(set(of.values())) == 3


def test_of_two_days_on_which_one_deal_was_won_the_first_counts_each_time(by):
    head = "Mail,Deal,Won,Result"
    lines = ["hoa@mai.example,Ấm,2026-04-30 10:00,won", "hoa@mai.example,Ấm,2026-01-01,won"]
    first = take(by, head, *lines, mapping=WITHOUT_LEADS)
    second = take(by, head, *lines, mapping=WITHOUT_LEADS)

    assert (first.created, first.skipped, second.act_id) == (1, 1, None)
    assert Opportunity.objects.get(name="Ấm").closed_at == UTC_WON
