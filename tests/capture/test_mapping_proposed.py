from datetime import UTC, datetime

import pytest

from khoi.capture.rules.mapping import External, Guess, apply, dump_mapping, load_mapping, propose_mapping

VIETNAMESE = ["STT", "Họ và tên", "Số điện thoại (*)", "Địa chỉ email", "Tên công ty", "Chức vụ", "Nguồn", "Ngày tạo"]
ROW = ["1", "Nguyễn Thị Bưởi", "0912 345 678", "buoi@vidu.vn", "Công ty Ví Dụ", "Kế toán", "Hội chợ", "28/02/2026"]


def fields(headings, rows=()):
    proposal = propose_mapping(headings, rows)
    return {column.heading: column.fields[0] for column in proposal.mapping.columns}


def test_a_vietnamese_sheet_works_without_a_mapping():
    proposal = propose_mapping(VIETNAMESE, [ROW])
    parsed = apply(proposal.mapping, dict(zip(VIETNAMESE, ROW, strict=True)))
    assert proposal.usable
    assert not parsed.problems
    assert (parsed.text("person_name"), parsed.text("phone"), parsed.text("email")) == (ROW[1], ROW[2], ROW[3])
    assert (parsed.text("company"), parsed.text("job_title"), parsed.text("source")) == (ROW[4], ROW[5], ROW[6])
    assert parsed.moment("arrived_at") == datetime(2026, 2, 27, 17, tzinfo=UTC)
    assert [extra.label for extra in parsed.extras] == ["STT"]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("First Name", "given_name"),
        ("LastName", "family_name"),
        ("company_name", "company"),
        ("E-mail", "email"),
        ("EMAIL ADDRESS", "email"),
        ("Mobile Phone", "phone"),
        ("SĐT", "phone"),
        ("Điện thoại khách hàng", "phone"),
        ("Lead Source", "source"),
        ("Dấu thời gian", "arrived_at"),
        ("Ghi chú", "note"),
        ("Nhu cầu", "need"),
        ("Người phụ trách", "owner"),
        ("Tỉnh/Thành phố", "region"),
        ("utm_campaign", "campaign"),
    ],
)
def test_usual_headings_are_known(heading, field):
    assert fields([heading]) == {heading: field}


@pytest.mark.parametrize("heading", ["Campaign type", "Product name", "Ngày sinh", "Birth date", "Họ hàng", "#3", ""])
def test_other_headings_are_left_as_notes(heading):
    assert fields([heading]) == {}


def test_phones_that_lost_their_zero_are_known_by_their_heading_alone():
    cells = [["912345678"], ["350000000"], ["8.49E+10"]]
    assert fields(["SĐT"], cells) == {"SĐT": "phone"}
    assert fields(["Ngân sách"], cells) == {}


def test_names_are_known_without_headings_and_towns_are_none():
    rows = [["Đỗ Lan", "Huế", "0912345678"], ["Nam", "Huế", "0912345679"], ["Vũ Hoa", "Huế", "0912345670"]]
    assert fields(["#1", "#2", "#3"], rows) == {"#1": "person_name", "#3": "phone"}


def test_composed_and_decomposed_headings_are_one():
    assert fields(["Ho\u0323 te\u0302n"]) == {"Ho\u0323 te\u0302n": "person_name"}


def test_beside_a_family_name_the_other_column_is_the_given_name():
    proposal = propose_mapping(["Họ", "Tên"], [["Nguyễn", "Bưởi"]])
    parsed = apply(proposal.mapping, {"Họ": "Nguyễn", "Tên": "Bưởi"})
    assert parsed.text("person_name") == "Nguyễn Bưởi"
    western = propose_mapping(["First name", "Last name"], [])
    assert apply(western.mapping, {"First name": "Ann", "Last name": "Lee"}).text("person_name") == "Ann Lee"


def test_a_column_is_known_by_its_cells_when_its_heading_says_nothing():
    proposal = propose_mapping(["x", "y"], [["an@vidu.vn", "0912345678"], ["", "+84 912 345 679"]])
    assert proposal.guesses == (Guess("x", "email", 75, "content"), Guess("y", "phone", 75, "content"))


def test_a_heading_its_cells_contradict_is_not_believed():
    proposal = propose_mapping(["Email"], [["có"], ["không"]])
    assert proposal.guesses == (Guess("Email", "email", 40, "content_differs"),)
    assert proposal.mapping.columns == ()
    assert not proposal.usable


def test_of_two_columns_for_one_field_the_surer_is_taken():
    assert fields(["Tên khách hàng VIP", "Họ tên"]) == {"Họ tên": "person_name"}
    assert fields(["Mobile", "Phone"]) == {"Mobile": "phone", "Phone": "phone"}


@pytest.mark.parametrize(
    ("texts", "order", "assumed"),
    [(["03/04/2026", "28/02/2026"], "dmy", False), (["02/28/26"], "mdy", False), (["03/04/2026"], "dmy", True)],
)
def test_the_order_of_dates_is_read_off_the_rows(texts, order, assumed):
    proposal = propose_mapping(["Email", "Created"], [["an@vidu.vn", text] for text in texts])
    assert (proposal.mapping.dates, proposal.assumed_dates) == (order, assumed)


def test_distinct_record_numbers_become_the_key_when_their_system_is_named():
    rows = [["1", "An"], ["2", "Bình"]]
    assert propose_mapping(["ID", "Name"], rows, system="so_cu").mapping.key == External("ID", "so_cu")
    assert propose_mapping(["ID", "Name"], rows).mapping.key is None
    assert propose_mapping(["ID", "Name"], [["1", "An"], ["1", "Bình"]], system="so_cu").mapping.key is None


def test_a_proposal_can_be_saved_and_used_as_a_mapping():
    mapping = propose_mapping(VIETNAMESE, [ROW]).mapping
    assert load_mapping(dump_mapping(mapping)) == mapping
