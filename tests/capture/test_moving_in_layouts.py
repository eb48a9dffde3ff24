"""Files of systems we know, made up from what they call their columns: shuffled, in capitals, in both languages."""

import csv
import io
from random import Random

import pytest

from khoi.accounts.models import Account, Contact
from khoi.capture.queries.import_understanding import recognised
from khoi.capture.queries.layouts import systems
from khoi.capture.services.importing import Source, import_files
from khoi.custom.models import CustomField
from khoi.history.models import Act
from khoi.history.services import undo_act
from khoi.leads.models import Lead
from khoi.people.models import Consent, Person
from khoi.pipeline.models import Opportunity, Pipeline, StageMove
from khoi.qualification.models import StageChange
from tests.capture.importing import facts
from tests.cast import NOW

HUBSPOT = {
    "contacts.csv": """
Record ID|First Name|Last Name|Email|Lifecycle Stage|Became a Lead Date|Became a Customer Date|Contact owner
501|Lan|Đỗ|lan@sen.example|Customer|2024-03-12 09:14|2024-05-02 10:00|Nobody Here
502|Nam|Vũ|nam@tre.example|Lead|2024-04-01 08:00||Nobody Here
+Associated Company IDs|Unsubscribed from all email|Shoe Size
71|false|38
72|true|42
""",
    "deals.csv": """
Record ID|Deal Name|Deal Stage|Pipeline|Amount|Close Date|Create Date|Associated Company IDs|Associated Contact IDs
901|Ấm|Closed Won|Sales Pipeline|12000000|2024-05-02|2024-03-20|71|501
902|Chén|Appointment Scheduled|Sales Pipeline|3000000|2024-09-01|2024-04-02|72|502;501
+Date entered "Appointment Scheduled (Sales Pipeline)"|Date entered "Closed Won (Sales Pipeline)"
2024-03-20 09:00|2024-05-02 10:00
2024-04-02 09:00|
""",
    "companies.csv": """
Record ID|Company name|Company Domain Name|Industry|Parent Company
72|Tre Việt|tre.example|Retail|71
71|Gốm Sen|sen.example|Ceramics|
""",
}
ODOO = {
    "en": """
Opportunity|Salesperson|Stage|Expected Revenue|Expected Closing|Contact Name|Email|Phone|Created on|External ID
Sofa|Nobody|Proposition|40000000|2026-12-01|Lan|lan@sen.example|'+84912345678|2026-10-01 08:00:00|lead_1
Bàn|Nobody|Chờ giám đốc|1000000|2026-12-01|Nam|nam@tre.example|0912345679|2026-10-02 08:00:00|lead_2
""",
    "vi": """
Cơ hội|Nhân viên kinh doanh|Giai đoạn|Doanh thu mong đợi|Ngày đóng dự kiến|Tên liên hệ|Email|Điện thoại
Sofa|Nobody|Đề xuất|40000000|2026-12-01|Lan|lan@sen.example|'+84912345678
Bàn|Nobody|Chờ giám đốc|1000000|2026-12-01|Nam|nam@tre.example|0912345679
+Ngày tạo|ID bên ngoài
2026-10-01 08:00:00|lead_1
2026-10-02 08:00:00|lead_2
""",
}
ZOHO = {
    "Leads.csv": """
Record Id|Lead Owner.id|Lead Owner|Company|First Name|Last Name|Email|Lead Source|Lead Status|Created Time|Rating
zcrm_1|zcrm_9|An Nguyễn|Gốm Sen|Lan|Đỗ|lan@sen.example|Trade Show|Contacted|2026-02-01 10:00:00|-None-
zcrm_2|zcrm_9|An Nguyễn|Tre|Nam|Vũ|nam@tre.example|-None-|Lost Lead|2026-02-02 10:00:00|-None-
zcrm_3|zcrm_9|An Nguyễn|Mây|Hoa|Lê|hoa@may.example|-None-|Not Contacted|2026-02-02 10:00:00|-None-
+Converted Account.id|Converted Contact.id|Converted Deal.id|Is Converted|Converted Time
zcrm_21|zcrm_31|zcrm_41|true|2026-03-01 10:00:00
|||false|
|||false|
""",
    "Deals.csv": """
Record Id|Deal Owner|Deal Name|Account Name.id|Account Name|Contact Name.id|Stage|Amount|Closing Date|Created Time
zcrm_41|An Nguyễn|Bình|zcrm_21|Gốm Sen|zcrm_31|Negotiation/Review|5000000|2026-04-01|2026-03-01 10:00:00
""",
    "Contacts.csv": """
Record Id|Contact Owner|First Name|Last Name|Account Name.id|Account Name|Email|Mailing City
zcrm_31|An Nguyễn|Lan|Đỗ|zcrm_21|Gốm Sen|lan@sen.example|Hà Nội
""",
    "Accounts.csv": """
Record Id|Account Owner|Account Name|Industry|Billing City
zcrm_21|An Nguyễn|Gốm Sen|Gốm|Hà Nội
""",
}


def shuffled(text, seed, *, capitals=False):
    """The table as CSV with its columns in another order; what stands below a plus are further columns."""
    parts = [[line.split("|") for line in part.strip().splitlines()] for part in text.split("\n+")]
    rows = [[cell for line in lines for cell in line] for lines in zip(*parts, strict=True)]
    order = list(range(len(rows[0])))
    Random(seed).shuffle(order)
    rows = [[row[place] for place in order] for row in rows]
    if capitals:
        rows[0] = [heading.upper() for heading in rows[0]]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def move(by, files, **how):
    return import_files([Source(shuffled(text, 7, **how), name) for name, text in files.items()], by=by, now=NOW)


@pytest.mark.parametrize("capitals", [False, True])
def test_hubspot_contacts_companies_and_deals_with_their_dated_stages(ready, admin, capitals):
    result = move(admin.by, HUBSPOT, capitals=capitals)
    assert {file.layout for file in result.files} == {"hubspot"}
    assert (result.counts["created"], result.counts["rejected"]) == (6, 0)

    lan = Lead.objects.get(person__full_name="Lan Đỗ")
    assert (lan.lifecycle_stage, lan.account.name) == ("customer", "Gốm Sen")
    dates = StageChange.objects.filter(lead=lan).values_list("to_stage", "occurred_at__date")
    assert [(stage, str(day)) for stage, day in dates.order_by("occurred_at")] == [
        ("lead", "2024-03-12"),
        ("customer", "2024-05-02"),
    ]
    deal = Opportunity.objects.get(name="Ấm")
    moves = StageMove.objects.filter(opportunity=deal).order_by("occurred_at")
    assert [move.to_stage.code for move in moves] == ["qualification", "closed_won"]
    assert (deal.lead, deal.person, deal.closed_at.date().isoformat()) == (lan, lan.person, "2024-05-02")
    assert Consent.objects.get().person.full_name == "Nam Vũ"
    assert CustomField.objects.filter(object="lead", label__iexact="Shoe Size", type="number").exists()
    assert Account.objects.get(name="Tre Việt").custom_values.get(field__key="parent_account").text == "Gốm Sen"
    assert move(admin.by, HUBSPOT, capitals=capitals).act_id is None


def test_columns_that_are_called_alike_keep_their_fields_in_any_order(ready, admin):
    question = "Which of our products would you like to hear more about when our people visit you in spring"
    headings = ["Record ID", "Email", "Rating__c", "RATING", "Rating", f"{question}?", f"{question}: others?"]
    cells = ["501", "lan@sen.example", "a", "b", "c", "d", "e"]

    def table(order):
        lines = [[headings[place] for place in order], [cells[place] for place in order]]
        return "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines).encode()

    first = import_files([Source(table(range(7)), "a.csv")], by=admin.by, now=NOW)
    assert (first.files[0].layout, first.counts["created"]) == ("hubspot", 1)
    made = CustomField.objects.filter(object="lead")
    assert len({field.label for field in made}) == len({field.key for field in made}) == 5
    for order in (range(7), [6, 4, 0, 2, 5, 3, 1]):
        assert import_files([Source(table(order), "b.csv")], by=admin.by, now=NOW).act_id is None


def test_a_text_longer_than_any_field_is_kept_whole(ready, admin):
    story = " ".join(f"câu {n}" for n in range(400))

    def table(about):
        rows = [["Record ID", "Company name", "About us"], ["71", "Gốm Sen", about], ["72", "Tre", "ngắn"]]
        return "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode()

    def kept():
        values = Account.objects.get(name="Gốm Sen").custom_values.filter(field__key__startswith="imported_further")
        return " ".join(values.exclude(text=None).order_by("field__position").values_list("text", flat=True))

    result = import_files([Source(table(story), "a.csv")], by=admin.by, now=NOW)
    assert kept() == f"About us: {story}"
    assert import_files([Source(table(story), "a.csv")], by=admin.by, now=NOW).act_id is None
    import_files([Source(table(story[:700]), "a.csv")], by=admin.by, now=NOW)
    assert kept() == f"About us: {story[:700]}"
    assert [kind["code"] for kind in result.files[0].warnings] == ["longer_than_field"]


@pytest.mark.parametrize("language", ["en", "vi"])
def test_odoo_keeps_the_stages_we_have_not(ready, admin, language):
    empty = facts()
    files = {"crm.csv": ODOO[language], "more.csv": ODOO[language]}
    result = move(admin.by, files)
    assert (result.counts["created"], list(result.listed["stages"])) == (2, ["Chờ giám đốc"])
    deals = Opportunity.objects.select_related("stage", "pipeline").order_by("name")
    assert [(deal.name, deal.stage.name, deal.amount) for deal in deals] == [
        ("Bàn", "Chờ giám đốc", 1_000_000),
        ("Sofa", "Proposal", 40_000_000),
    ]
    assert {deal.pipeline.name for deal in deals} == {"Odoo"}
    assert Pipeline.objects.count() == 2
    assert Person.objects.get(full_name="Lan").contact_points.get(kind="phone").normal == "+84912345678"
    undo_act(Act.objects.get(pk=result.act_id), by=admin.by, now=NOW)
    assert facts() == empty


def test_zoho_joins_a_converted_lead_to_what_it_became(ready, admin):
    result = move(admin.by, ZOHO)
    assert {file.rows_are: file.created for file in result.files} == {
        "account": 1,
        "person": 1,
        "lead": 3,
        "opportunity": 1,
    }
    deal = Opportunity.objects.select_related("lead__person", "stage", "contact").get()
    assert (deal.stage.code, deal.lead.person.full_name, deal.account.name) == ("negotiation", "Lan Đỗ", "Gốm Sen")
    assert Contact.objects.get() == deal.contact
    assert Lead.objects.get(person__contact_points__normal="nam@tre.example").work_status == "closed"
    assert move(admin.by, ZOHO).act_id is None


def test_files_that_come_one_after_the_other_are_joined_all_the_same(ready, admin):
    for name in ("Accounts.csv", "Contacts.csv", "Deals.csv", "Leads.csv"):
        move(admin.by, {name: ZOHO[name]})
    deal = Opportunity.objects.select_related("lead").get()
    assert (deal.account.name, deal.person.full_name, deal.lead.person) == ("Gốm Sen", "Lan Đỗ", deal.person)


@pytest.mark.parametrize("name", [name for name in systems() if name != "any"])
def test_every_heading_of_a_system_is_known_however_it_is_written(name):
    for kind in systems()[name].kinds:
        headings = [*max(kind.told_by, key=len), *list(kind.targets)[:8]]
        for way in (str.upper, str.title):
            found = recognised([way(heading) for heading in headings], only=name)
            assert found is not None
            assert found.layout.name == name


def test_a_plain_list_of_leads_is_no_file_of_another_system(ready):
    assert recognised(["Full name", "Email", "Phone", "Company", "Source", "Created"]) is None
    assert recognised(["Họ tên", "SĐT", "Công ty", "Nguồn", "Ngày tạo"]) is None
