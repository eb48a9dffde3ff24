"""Files of leads, from the first row to taking them back."""

from datetime import UTC, datetime, timedelta

import pytest

from khoi.campaigns.models import Source
from khoi.capture.services.importing import import_file
from khoi.history.models import Act
from khoi.history.services import undo_act
from khoi.leads.models import Lead, LeadReference
from khoi.lifecycle import services as lifecycle
from khoi.people.models import Consent, ContactPoint, Person
from khoi.qualification.models import StageChange
from khoi.routing.models import Assignment
from tests.capture.importing import csv, facts, take
from tests.cast import NOW

HEAD = "ID,Name,Title,Email,Phone,Company,Source,Owner,Came,Stage,Hobby"
LAN = "1,Đỗ Thị Lan,Giám đốc,lan@sen.example,0912 345 678,Sen Trắng,hội chợ,,2026-03-04,mql,trồng sen"
NAM = "2,Vũ Văn Nam,,nam@tre.example,,Tre Xanh,giới thiệu,,2026-03-05,,"


@pytest.fixture
def by(ready, chi):
    return chi.by


def test_a_row_becomes_a_person_with_a_lead(by):
    result = take(by, HEAD, LAN)
    lead = Lead.objects.select_related("person", "source").get()

    assert result.counts == {"rows": 1, "created": 1, "updated": 0, "unchanged": 0, "skipped": 0, "rejected": 0}
    assert (lead.person.full_name, lead.person.job_title, lead.company_name) == ("Đỗ Thị Lan", "Giám đốc", "Sen Trắng")
    assert lead.arrived_at == datetime(2026, 3, 3, 17, tzinfo=UTC)
    assert lead.extras == {"Hobby": "trồng sen"}
    assert set(ContactPoint.objects.values_list("kind", "normal", "is_primary")) == {
        ("email", "lan@sen.example", True),
        ("phone", "+84912345678", True),
    }


def test_a_stage_is_a_dated_fact_of_the_past_without_a_response_clock(by):
    take(by, HEAD, LAN)
    lead = Lead.objects.get()
    change = StageChange.objects.get(lead=lead)

    assert (lead.lifecycle_stage, lead.respond_by) == ("mql", None)
    assert (change.from_stage, change.to_stage, change.basis) == ("suspect", "mql", "imported")
    assert change.occurred_at == lead.arrived_at
    assert change.recorded_at == NOW


def test_the_files_own_wording_is_a_source_and_a_known_one_is_found(by):
    take(by, HEAD, LAN, NAM.replace("giới thiệu", "Khách quen mách"))

    assert Lead.objects.get(person__full_name="Đỗ Thị Lan").source.code == "trade_fair"
    new = Source.objects.get(name="Khách quen mách")
    assert (new.code, new.name_vi) == ("khach_quen_mach", "")


@pytest.mark.parametrize("written", ["organic search", "Organic_Search", " ORGANIC  SEARCH "])
def test_case_spaces_and_underscores_make_no_other_source(by, written):
    take(by, HEAD, NAM.replace("giới thiệu", written))

    assert Lead.objects.get().source.code == "organic_search"


def test_an_empty_source_stays_none_and_unknown_is_a_source(by):
    take(by, HEAD, NAM.replace("giới thiệu", ""), LAN.replace("hội chợ", "unknown"))

    assert set(Lead.objects.values_list("source__name", flat=True)) == {None, "unknown"}


def test_the_same_file_again_changes_nothing(by):
    take(by, HEAD, LAN, NAM)
    before = facts()
    again = take(by, HEAD, LAN, NAM)

    assert (again.act_id, again.unchanged) == (None, 2)
    assert facts() == before


def test_only_changed_cells_change(by):
    take(by, HEAD, LAN, NAM)
    result = take(by, HEAD, LAN.replace("Sen Trắng", "Sen Hồng").replace("Giám đốc", ""), NAM)
    lead = Lead.objects.get(company_name="Sen Hồng")

    assert (result.updated, result.unchanged) == (1, 1)
    assert lead.person.job_title == "Giám đốc"
    assert lead.references.get().external_id == "1"


def test_a_later_stage_moves_the_lead_and_an_earlier_one_does_not(by):
    take(by, HEAD, LAN)
    take(by, HEAD, LAN.replace("mql", "sql"))
    take(by, HEAD, LAN.replace("mql", "lead"))

    assert Lead.objects.get().lifecycle_stage == "sql"
    assert list(StageChange.objects.order_by("id").values_list("to_stage", flat=True)) == ["mql", "sql"]


def test_a_known_address_joins_the_person_and_fills_blanks_alone(by, now):
    lifecycle.capture_lead(
        lifecycle.Enquiry(full_name="Lan", emails=("lan@sen.example",), company_name="Sen"), by=by, now=now
    )
    take(by, HEAD, LAN)
    person = Person.objects.get()

    assert (person.full_name, person.job_title) == ("Lan", "Giám đốc")
    assert Lead.objects.filter(person=person).count() == 2
    assert person.contact_points.filter(kind="phone", is_primary=True).count() == 1


def test_another_name_of_a_known_address_is_kept_as_a_note(by, now):
    lifecycle.capture_lead(lifecycle.Enquiry(full_name="Lan", emails=("lan@sen.example",)), by=by, now=now)
    result = take(by, HEAD, LAN)

    assert Lead.objects.latest("id").extras["Name"] == "Đỗ Thị Lan"
    assert [kind["code"] for kind in result.warnings] == ["other_name"]


def test_another_name_that_is_too_long_is_kept_whole_and_stays_so(by):
    lines = HEAD, LAN, f"2,{'Vũ ' * 100}Nam,,lan@sen.example,,Tre Xanh,,,2026-03-05,,"
    take(by, *lines)
    before = facts()

    assert take(by, *lines).act_id is None
    assert facts() == before
    assert Lead.objects.get(company_name="Tre Xanh").extras["Name"].endswith("Vũ Nam")


def test_every_address_of_a_cell_is_one_of_the_person_unless_it_is_anothers(by, now):
    lifecycle.capture_lead(lifecycle.Enquiry(full_name="Ba", phones=("0987654321",)), by=by, now=now)
    lifecycle.capture_lead(lifecycle.Enquiry(full_name="Lan", emails=("lan@sen.example",)), by=by, now=now)
    take(by, "Name,Email,Phone", "Lan,lan@sen.example;l@sen.example,0912345678 / 0987654321", mapping=None)
    lead = Lead.objects.latest("id")

    values = {point.value for point in lead.person.contact_points.all()}
    assert values == {"lan@sen.example", "l@sen.example", "0912345678"}
    assert lead.extras == {"Phone": "0987654321"}


def test_the_same_file_again_renames_nobody_who_was_known_before(by, now):
    lifecycle.capture_lead(lifecycle.Enquiry(full_name="Lan", emails=("lan@sen.example",)), by=by, now=now)
    later = now + timedelta(hours=1)
    take(by, HEAD, LAN, now=later)
    again = take(by, HEAD, LAN, now=later)

    assert again.act_id is None
    assert Person.objects.get().full_name == "Lan"


def test_rows_of_one_person_join_each_other(by):
    result = take(by, HEAD, LAN, NAM.replace("nam@tre.example", "LAN@sen.example"))

    assert (result.created, Person.objects.count(), Lead.objects.count()) == (2, 1, 2)


def test_a_number_that_comes_twice_is_one_lead_and_fills_its_blanks(by):
    result = take(by, HEAD, LAN, LAN, LAN.replace("0912 345 678", "0903 111 222"))

    assert (result.created, result.skipped, result.updated) == (1, 1, 1)
    assert Lead.objects.count() == 1
    assert ContactPoint.objects.filter(kind="phone").count() == 2


def test_a_file_with_repeated_numbers_is_unchanged_the_second_time(by):
    lines = [HEAD, LAN, LAN.replace("Sen Trắng", "Sen Vàng"), NAM]
    take(by, *lines)
    again = take(by, *lines)

    assert (again.act_id, again.unchanged, again.skipped) == (None, 2, 1)


def test_repeated_rows_far_apart_are_one_lead(by):
    others = [NAM.replace("2,", f"{n},", 1).replace("nam@", f"nam{n}@") for n in range(10, 620)]
    result = take(by, HEAD, LAN, *others, LAN)

    assert (result.created, result.skipped) == (611, 1)


def test_taking_it_back_leaves_what_was_there_before(by):
    before = facts()
    result = take(by, HEAD, LAN, NAM)
    undo_act(Act.objects.get(pk=result.act_id), by=by, now=NOW)

    assert facts() == before


def test_taking_an_update_back_restores_the_cells(by):
    take(by, HEAD, LAN, NAM)
    before = facts()
    result = take(by, HEAD, LAN.replace("Sen Trắng", "Sen Hồng").replace("0912 345 678", "0903 111 222"))
    undo_act(Act.objects.get(pk=result.act_id), by=by, now=NOW)

    assert facts() == before


def test_a_dry_run_says_the_same_and_changes_nothing(by):
    before, acts = facts(), Act.objects.count()
    dry = take(by, HEAD, LAN, NAM, dry_run=True)
    real = take(by, HEAD, LAN, NAM)

    assert (facts() != before, Act.objects.count()) == (True, acts + 1)
    assert dry.act_id is None
    assert dry.counts == real.counts


def test_an_owner_named_in_the_file_gets_the_lead(by, an):
    take(by, HEAD, LAN.replace("hội chợ,,", "hội chợ,AN@example.vn,"), NAM.replace("thiệu,,", "thiệu,nguyen thi an,"))

    assert set(Lead.objects.values_list("owner", flat=True)) == {an.pk}
    assert set(Assignment.objects.values_list("basis", flat=True)) == {"imported"}


def test_an_owner_nobody_knows_is_kept_as_a_note_and_the_lead_is_shared_out(by, admin):
    result = take(by, HEAD, LAN.replace("hội chợ,,", "hội chợ,Anh Ba,"))
    lead = Lead.objects.get()

    assert [kind["code"] for kind in result.warnings] == ["unknown_owner"]
    assert lead.extras["Owner"] == "Anh Ba"
    assert lead.owner_id == admin.pk


def test_consent_is_recorded_only_when_its_basis_is_given(by):
    take(by, HEAD, LAN)
    assert not Consent.objects.exists()
    take(by, HEAD, NAM, consent="Signed at the fair: “write to me about offers”")

    consent = Consent.objects.get()
    assert (consent.person.full_name, consent.purpose, consent.state) == ("Vũ Văn Nam", "marketing", "given")
    assert consent.wording == "Signed at the fair: “write to me about offers”"


def test_a_lead_of_another_team_is_not_touched_by_its_number(by, an, dung):
    take(by, HEAD, LAN.replace("hội chợ,,", "hội chợ,an@example.vn,"))
    result = take(dung.by, HEAD, LAN.replace("Sen Trắng", "Của tôi"))

    assert [kind["code"] for kind in result.problems] == ["hidden"]
    assert Lead.objects.get().company_name == "Sen Trắng"


def test_a_lead_is_found_by_the_number_we_gave_it(by):
    take(by, HEAD, LAN)
    ours = Lead.objects.get().public_id
    mapping = (
        'format = 1\nname = "x"\nrows = "lead"\n[key]\ncolumn = "ID"\nsystem = "khoi"\n[columns]\nFirm = "company"\n'
    )
    result = take(by, "ID,Firm,Name", f"{ours},Sen Hồng,", "xyz,Sen Vàng,", mapping=mapping + 'Name = "person_name"\n')

    assert (result.updated, result.rejected) == (1, 1)
    assert LeadReference.objects.count() == 1


# --- files without a number


PLAIN = "Họ tên,SĐT,Email,Công ty,Nguồn"


def plain(by, *lines):
    return import_file(csv(*lines), filename="ds.csv", by=by, now=NOW)


def test_a_plain_list_is_recognised_and_imported_once(by):
    lines = [PLAIN, "Đỗ Thị Lan,0912345678,,Sen,hội chợ", "Vũ Văn Nam,,nam@tre.example,Tre,hội chợ", "Chị Ba,,,Chợ,"]
    first, second = plain(by, *lines), plain(by, *lines)

    assert (first.created, second.unchanged, second.act_id) == (3, 3, None)
    assert Lead.objects.count() == 3


def test_a_plain_list_fills_blanks_and_replaces_nothing(by):
    plain(by, PLAIN, "Đỗ Thị Lan,0912345678,,,hội chợ")
    result = plain(by, PLAIN, "Lan,0912345678,lan@sen.example,Sen,hội chợ")
    lead = Lead.objects.get()

    assert result.updated == 1
    assert (lead.person.full_name, lead.company_name) == ("Đỗ Thị Lan", "Sen")


def test_the_same_person_from_another_source_is_a_new_interest(by):
    plain(by, PLAIN, "Đỗ Thị Lan,0912345678,,,hội chợ")
    result = plain(by, PLAIN, "Đỗ Thị Lan,0912345678,,,webinar")

    assert (result.created, Person.objects.count()) == (1, 1)


def test_with_a_date_each_date_is_an_interest_of_its_own(by):
    head = "Họ tên,SĐT,Ngày tạo"
    lines = [head, "Lan,0912345678,01/02/2026", "Lan,0912345678,05/03/2026", "Lan,0912345678,05/03/2026"]
    first, second = plain(by, *lines), plain(by, *lines)

    assert (first.created, first.skipped) == (2, 1)
    assert (second.unchanged, second.skipped) == (2, 1)


def test_a_stage_without_any_date_is_a_fact_of_today(by):
    lines = ["ID,Name,Stage", "1,Lan,customer"]
    first, second = take(by, *lines), take(by, *lines)

    assert (first.created, second.act_id) == (1, None)
    assert Lead.objects.get().lifecycle_stage == "customer"
    assert StageChange.objects.get().occurred_at == NOW


def test_a_lead_that_was_lost_elsewhere_comes_in_with_a_reason(by):
    take(by, "ID,Name,Stage,Came", "1,Lan,disqualified,2026-03-04")

    assert Lead.objects.values_list("lifecycle_stage", "exit_reason", "work_status").get() == (
        "disqualified",
        "other",
        "closed",
    )


def test_only_who_is_known_to_have_asked_lately_is_promised_a_call(by, admin):
    head = "ID,Name,Phone,Source,Came,Stage"
    today, month = "2026-11-18 16:00", "2026-10-18 16:00"
    lines = [f"1,A,0912345671,webinar,{today},", f"2,B,0912345672,webinar,{month},", "3,C,0912345673,webinar,,"]
    take(by, head, *lines, f"4,D,0912345674,webinar,{today},mql")

    assert list(Lead.objects.exclude(respond_by=None).values_list("references__external_id", flat=True)) == ["1"]
